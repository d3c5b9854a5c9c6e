import { wants } from './event-type-pattern.js';
import { nearestPatterns } from './nearest-types.js';

/** Patterns of a tenant's subscriptions; of very many, only some. */
export interface SubscribedTypes {
  /** Of active and paused subscriptions. */
  readonly wanted: readonly string[];
  /** Of disabled ones. */
  readonly disabled: readonly string[];
  /** Whether there are more patterns or subscriptions than these, so that nothing can be said of all of them. */
  readonly isCut: boolean;
}

/** Why an event got no delivery, for its publisher. */
export interface NoDeliveries {
  readonly code: 'no_subscriptions' | 'subscriptions_disabled' | 'type_not_subscribed';
  readonly detail: string;
}

/** @param mayRead whether the publisher may know what others subscribe to */
export function noDeliveries(
  eventType: string,
  { wanted, disabled, isCut }: SubscribedTypes,
  mayRead: boolean,
): NoDeliveries {
  if (wanted.length === 0 && disabled.length === 0) {
    return {
      code: 'no_subscriptions',
      detail: 'reaches nobody, because this tenant has no subscription; create one with POST /subscriptions',
    };
  }
  if (wants(wanted, eventType)) {
    const detail = 'reached nobody, because no subscription wanted it at that moment; one does now';
    return { code: 'type_not_subscribed', detail };
  }
  if (wants(disabled, eventType)) {
    return {
      code: 'subscriptions_disabled',
      detail: 'reaches nobody, because the subscriptions that want it are disabled; set the state of one to "active"',
    };
  }
  if (isCut) {
    const detail = `reaches nobody, because no active or paused subscription wants ${eventType}`;
    return { code: 'type_not_subscribed', detail };
  }
  const unwanted = `reaches nobody, because no subscription wants ${eventType}`;
  if (!mayRead) return { code: 'type_not_subscribed', detail: unwanted };
  if (wanted.length === 0) {
    return { code: 'type_not_subscribed', detail: `${unwanted}, and all subscriptions are disabled` };
  }
  const nearest = nearestPatterns(eventType, wanted).join(', ');
  return { code: 'type_not_subscribed', detail: `${unwanted}; the nearest types with a subscription: ${nearest}` };
}
