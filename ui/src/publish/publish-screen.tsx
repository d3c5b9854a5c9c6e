import { Screen } from '../shell/screen';

export default function PublishScreen() {
  return <Screen title="Publish">{null}</Screen>;
}
