import { atTime, inWords, sentence } from '../../shared/domain/in-words.js';

interface SummarizedEvent {
  readonly eventType: string;
  /** Milliseconds since the Unix epoch. */
  readonly acceptedAtMs: number;
  /** Null if it was not recorded. */
  readonly addressing: 'all' | 'one' | 'test' | null;
  /** Public id of the only subscription, if it was addressed to one. */
  readonly addressedTo: string | null;
  /** Deliveries, manual retries included. */
  readonly deliveryCount: number;
}

/** Says in one sentence how an event was addressed, and how many deliveries it led to. */
export function eventSummary(event: SummarizedEvent, nowMs: number): string {
  const { acceptedAtMs, deliveryCount } = event;
  const count = deliveryCount === 1 ? 'one delivery' : `${inWords(deliveryCount)} deliveries`;
  const result = deliveryCount === 0 ? 'nobody got a delivery' : `it led to ${count}`;
  return sentence(`${addressed(event, atTime(acceptedAtMs, nowMs))}; ${result}`);
}

function addressed({ eventType, addressing, addressedTo }: SummarizedEvent, at: string): string {
  const target = addressedTo ?? 'one subscription';
  switch (addressing) {
    case 'all':
      return `published to all subscriptions that wanted ${eventType} ${at}`;
    case 'one':
      return `published to ${target} only ${at}`;
    case 'test':
      return `sent as a test to ${target} only ${at}`;
    case null:
      return `published ${at}, before this service recorded to whom`;
  }
}
