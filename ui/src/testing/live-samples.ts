import type { AcceptedMessage, AttemptedMessage, ChangedMessage } from '../api/generated';
import type { LiveMessage, LiveNotice } from '../live/live-connection';
import { deliveryId } from './samples';

const ID = '01k6zv1yqpe7rtqq6zjy2';
const ABOUT = {
  event_id: `evt_${ID}00000`,
  event_type: 'order.created',
  tags: ['order-1234'],
  occurred_at: '2026-01-31T12:00:20.000Z',
};
const TO = { delivery_id: deliveryId(1), subscription_id: `sub_${ID}k3m4n`, target_host: 'hooks.example.com' };

export function anAccepted(given: Partial<AcceptedMessage> = {}): LiveMessage {
  return { kind: 'event.accepted', body: { ...ABOUT, deliveries: 2, payload_bytes: 214, ...given } };
}

export function anAttempted(given: Partial<AttemptedMessage> = {}): LiveMessage {
  return {
    kind: 'delivery.attempted',
    body: {
      ...ABOUT,
      ...TO,
      attempt: 2,
      max_attempts: 5,
      status: 'retrying',
      status_code: 503,
      error: { code: 'bad_status', message: 'the receiver answered 503' },
      duration_ms: 12,
      next_attempt_at: null,
      ...given,
    },
  };
}

export function aChanged(given: Partial<ChangedMessage> = {}): LiveMessage {
  return {
    kind: 'delivery.changed',
    body: { ...ABOUT, ...TO, status: 'cancelled', error: null, retry_of: null, ...given },
  };
}

export function aGap(): LiveNotice {
  const from = '2026-01-31T12:00:00.000Z';
  const to = '2026-01-31T12:00:10.000Z';
  return { kind: 'gap', body: { from, to, deliveries_url: '/deliveries' } };
}

/** Attempts on deliveries from one number to another, in this order. */
export function attemptsOn(first: number, last: number): LiveMessage[] {
  return Array.from({ length: last - first + 1 }, (_, index) =>
    anAttempted({ delivery_id: deliveryId(first + index), event_type: `order.n${first + index}` }),
  );
}
