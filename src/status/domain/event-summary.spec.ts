import { eventSummary } from './event-summary.js';

const ACCEPTED = { eventType: 'order.created', acceptedAtMs: Date.UTC(2026, 10, 3, 14, 5, 10) };
const NOW = Date.UTC(2026, 10, 3, 15);
const TO_ONE = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';

describe('the sentence about an event', () => {
  it.each([
    [{ addressing: 'all', addressedTo: null, deliveryCount: 3 }, 'Published to all subscriptions that wanted order.created at 14:05:10 UTC; it led to three deliveries.'], // prettier-ignore
    [{ addressing: 'all', addressedTo: null, deliveryCount: 0 }, 'Published to all subscriptions that wanted order.created at 14:05:10 UTC; nobody got a delivery.'], // prettier-ignore
    [{ addressing: 'one', addressedTo: TO_ONE, deliveryCount: 1 }, `Published to ${TO_ONE} only at 14:05:10 UTC; it led to one delivery.`], // prettier-ignore
    [{ addressing: 'test', addressedTo: TO_ONE, deliveryCount: 12 }, `Sent as a test to ${TO_ONE} only at 14:05:10 UTC; it led to 12 deliveries.`], // prettier-ignore
    [{ addressing: null, addressedTo: null, deliveryCount: 2 }, 'Published at 14:05:10 UTC, before this service recorded to whom; it led to two deliveries.'], // prettier-ignore
  ] as const)('%j is: %s', (given, sentence) => {
    expect(eventSummary({ ...ACCEPTED, ...given }, NOW)).toBe(sentence);
  });
});
