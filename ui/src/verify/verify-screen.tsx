import { Screen } from '../shell/screen';

export default function VerifyScreen() {
  return <Screen title="Verify">{null}</Screen>;
}
