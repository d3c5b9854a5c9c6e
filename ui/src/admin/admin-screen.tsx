import { Screen } from '../shell/screen';

export default function AdminScreen() {
  return <Screen title="Admin">{null}</Screen>;
}
