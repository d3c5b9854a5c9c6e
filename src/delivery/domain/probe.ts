import type { AttemptError } from './attempt-outcome.js';

/** A request to a receiver that belongs to no delivery and leaves nothing in the history. */
export interface Probe {
  /** Value of `webhook-id`. */
  readonly webhookId: string;
  /** Value of `X-Webhook-Delivery`. */
  readonly delivery: string;
  /** Value of `X-Webhook-Attempt`. */
  readonly attempt: number;
  /** Value of `webhook-timestamp`: Unix seconds. */
  readonly timestamp: number;
  readonly eventType: string;
  /** The JSON that is sent, and the one that is signed. They differ in a probe with a wrong signature. */
  readonly body: Buffer;
  readonly signedBody: Buffer;
}

/** The certificate of a receiver. */
export interface Certificate {
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** A connection that was made for a probe. */
export interface ProbeConnection {
  /** From the look-up of the name to the end of the TLS handshake. */
  readonly setUpMs: number;
  /** Null without TLS. */
  readonly tls: { readonly protocol: string; readonly certificate: Certificate | null } | null;
}

/** What came of a probe. */
export interface ProbeAnswer {
  /** Null when no response came. */
  readonly statusCode: number | null;
  /** Null after a 2xx. */
  readonly error: AttemptError | null;
  /** Without the time in which a connection was made. */
  readonly durationMs: number;
  /** Null if a connection was reused, or none could be made. */
  readonly connection: ProbeConnection | null;
  /** Null if the answer is no redirect. `to` is the origin and path that it points to; null if it names no HTTP URL. */
  readonly redirect: { readonly to: string | null } | null;
  /** Names in lower case; cut to what the history keeps of an attempt. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The beginning of the body, as the history keeps it of an attempt. */
  readonly responseBody: Buffer;
  /** Bytes of the body that were read, and whether there were more. */
  readonly responseBytes: number;
  readonly isResponseCut: boolean;
}

/** What these statuses mean for a probe. What they mean for a delivery would be wrong advice. */
const MEANINGS: Readonly<Record<number, string>> = {
  410: 'the receiver answered 410, which would disable the subscription if a delivery got it: answer 2xx, or delete the subscription',
  // Probes go one at a time, so max_in_flight is not to blame.
  429: 'the receiver answered 429: let the check through its rate limit, and run it again',
};

/** The error of a probe. @param error what a delivery with this status would be told */
export function probeError(statusCode: number, error: AttemptError | null): AttemptError | null {
  const message = MEANINGS[statusCode];
  return error === null || message === undefined ? error : { ...error, message };
}
