import { Screen } from '../shell/screen';

export default function SubscriptionsScreen() {
  return <Screen title="Subscriptions">{null}</Screen>;
}
