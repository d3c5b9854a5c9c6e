import { Screen } from '../shell/screen';

export default function LiveScreen() {
  return <Screen title="Live">{null}</Screen>;
}
