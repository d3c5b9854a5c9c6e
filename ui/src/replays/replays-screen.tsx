import { Screen } from '../shell/screen';

export default function ReplaysScreen() {
  return <Screen title="Replays">{null}</Screen>;
}
