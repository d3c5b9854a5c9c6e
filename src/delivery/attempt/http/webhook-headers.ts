import { VERSION } from '../../../shared/version.js';

const USER_AGENT = `webhook-delivery-service/${VERSION}`;

/** What the headers of a request to a receiver tell. */
export interface ToldInHeaders {
  /** Value of `webhook-id`. */
  readonly id: string;
  /** Value of `webhook-timestamp`: Unix seconds. */
  readonly timestamp: number;
  /** Value of `webhook-signature`. */
  readonly signature: string;
  readonly contentType: string;
  readonly eventType: string;
  /** Public id of the delivery. */
  readonly delivery: string;
  readonly attempt: number;
}

/**
 * Returns the headers of a request to a receiver in the order of sending, names and values alternating, as undici takes
 * them.
 *
 * @param own the custom headers of the subscription, in the same form
 */
export function webhookHeaders(told: ToldInHeaders, own: readonly string[]): string[] {
  return [
    'content-type',
    told.contentType,
    'webhook-id',
    told.id,
    'webhook-timestamp',
    String(told.timestamp),
    'webhook-signature',
    told.signature,
    'x-event-type',
    told.eventType,
    'x-webhook-delivery',
    told.delivery,
    'x-webhook-attempt',
    String(told.attempt),
    'user-agent',
    USER_AGENT,
    'accept-encoding',
    'identity',
    ...own,
  ];
}
