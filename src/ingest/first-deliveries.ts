import { deliveryUuid } from '../shared/ids/uuid.js';
import type { AddressedEvent, NewDelivery } from './domain/new-event.js';

/** The first deliveries of an event, in the order of its subscriptions. */
export function deliveriesOf(event: AddressedEvent): NewDelivery[] {
  return event.subscriptionIds.map((subscriptionId, index) => ({
    id: deliveryUuid(event.id, index + 1),
    subscriptionId,
    event,
  }));
}
