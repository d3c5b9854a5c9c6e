import type { Hindrance } from '../../delivery/index.js';
import type { WarningAnswer } from '../../shared/http/warning.js';

/** Why the outcome of a test is not in its answer. */
export type WhyUnknown = Hindrance | 'paused' | 'crowded' | 'shutting_down' | 'unread';

const LATER = 'read status_url later';

type Sentence = (seconds: string, subscriptionId: string) => string;

/** What follows "id", the subscription in the path. */
const SENTENCES: Readonly<Record<WhyUnknown, readonly [code: string, sentence: Sentence]>> = {
  paused: [
    'subscription_paused',
    () =>
      'names a paused subscription, so the event waits; resume it with PATCH {"state":"active"}, or cancel the delivery',
  ],
  in_flight: [
    'attempt_unfinished',
    (s) =>
      `was tested, but its attempt was not recorded within ${s}; ${LATER}, and if that does not change, check that the workers reach PostgreSQL`,
  ],
  parked: [
    'lane_full',
    (s, id) =>
      `was tested, but earlier deliveries kept its lane busy for ${s}, because its receiver is slow or failing; ${LATER}, or run POST /subscriptions/${id}/check`,
  ],
  untaken: [
    'no_worker',
    (s) =>
      `was tested, but no worker took the event within ${s}; check that a worker runs, reaches Redis and PostgreSQL, and is not overloaded (/health); the event is kept and will be delivered`,
  ],
  cancelled: [
    'delivery_cancelled',
    () => 'was tested, but the delivery was cancelled before its first attempt; test again',
  ],
  crowded: [
    'not_waited',
    () => `was tested, but too many other tests are waiting, so this answer does not wait; ${LATER}`,
  ],
  shutting_down: ['not_waited', () => `was tested, but this process is shutting down and cannot wait; ${LATER}`],
  unread: ['not_waited', (s) => `was tested, but its delivery could not be read from PostgreSQL for ${s}; ${LATER}`],
};

/**
 * Says why the outcome is unknown, and what to do.
 *
 * @param subscriptionId public id
 * @param waitedMs longest time that the answer has waited
 */
export function unknownOutcome(why: WhyUnknown, subscriptionId: string, waitedMs: number): WarningAnswer {
  const [code, sentence] = SENTENCES[why];
  return { code, pointer: 'id', detail: sentence(`${Math.round(waitedMs / 100) / 10} s`, subscriptionId) };
}

/** Says that the subscription would not get an event of this type. */
export function unwantedType(eventType: string, eventTypes: readonly string[]): WarningAnswer {
  const detail = `is ${eventType}, which only tests send to this subscription, because it wants ${eventTypes.join(', ')}; add it to event_types to get such events`;
  return { code: 'type_not_wanted', pointer: '/event_type', detail };
}
