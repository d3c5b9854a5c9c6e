/** Shown instead of a value that may be a credential. */
export const HIDDEN = '***';
/** Shown instead of the value of an own header when all of them together are too long to be kept. */
export const NOT_KEPT = '[not kept: too long]';
/** Maximum characters of own headers that are kept with an attempt. */
const MAX_OWN_LENGTH = 4096;

/** The part of a request's headers that nothing else in the database tells. */
export interface SentRequest {
  /** Value of `Host`. The target of the subscription may change later. */
  readonly host: string;
  /** Unix seconds. */
  readonly timestamp: number;
  /** Value of `webhook-signature`. */
  readonly signature: string;
  /** Version of the service that sent it. */
  readonly version: string;
  /** Own headers as `keptOwnHeaders` returns them. */
  readonly own: string;
}

/** What a request's headers are made of. */
export interface RequestValues {
  readonly contentType: string;
  /** Value of `webhook-id`. */
  readonly webhookId: string;
  readonly eventType: string;
  /** Public id. */
  readonly deliveryId: string;
  readonly attempt: number;
  /** Own headers and credentials of the subscription, names and values alternating. */
  readonly own: readonly string[];
}

/** UTF-16 code units; JSON escapes control characters itself. */
const BEYOND_ASCII = /[^\x20-\x7e]/g;

export type Header = readonly [name: string, value: string];

/**
 * The headers of a delivery that this service sets itself, names and values alternating, in the order in which they are
 * sent. The history rebuilds them with this function, so a version that changes them must give what it keeps another
 * form; see `exchange-record.ts`.
 */
export function requestHeaders(
  { contentType, webhookId, eventType, deliveryId, attempt, own }: RequestValues,
  { timestamp, signature, version }: Pick<SentRequest, 'timestamp' | 'signature' | 'version'>,
): string[] {
  return [
    'content-type',
    contentType,
    'webhook-id',
    webhookId,
    'webhook-timestamp',
    String(timestamp),
    'webhook-signature',
    signature,
    'x-event-type',
    eventType,
    'x-webhook-delivery',
    deliveryId,
    'x-webhook-attempt',
    String(attempt),
    'user-agent',
    `webhook-delivery-service/${version}`,
    'accept-encoding',
    'identity',
    ...own,
  ];
}

/** All headers of a delivery that was sent, in the order in which they were sent; hidden values are not among them. */
export function sentHeaders(
  values: Omit<RequestValues, 'own'> & { readonly payloadBytes: number },
  sent: SentRequest,
): Header[] {
  const own = sent.own === '' ? [] : (JSON.parse(sent.own) as string[]);
  const set = requestHeaders({ ...values, own }, sent);
  const all = ['host', sent.host, 'connection', 'keep-alive', ...set, 'content-length', String(values.payloadBytes)];
  return Array.from({ length: all.length / 2 }, (_, n) => [all[2 * n] ?? '', all[2 * n + 1] ?? '']);
}

/**
 * Own headers in the form in which an attempt keeps them: a JSON list in ASCII, or nothing. Long ones lose their
 * values, so that an attempt takes no more room than its response may.
 *
 * @param own names and values alternating; hidden values already replaced
 */
export function keptOwnHeaders(own: readonly string[]): string {
  if (own.length === 0) return '';
  let length = 0;
  const kept = own.map((text, index) => {
    length += text.length;
    return index % 2 === 1 && length > MAX_OWN_LENGTH ? NOT_KEPT : text;
  });
  return JSON.stringify(kept).replace(BEYOND_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
