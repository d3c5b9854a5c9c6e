import { Screen } from '../shell/screen';

export default function EventsScreen() {
  return <Screen title="Events">{null}</Screen>;
}
