/** Why an attempt did not succeed. The list grows; a code keeps its meaning. */
export type AttemptErrorCode =
  | 'timeout'
  | 'connection_refused'
  | 'connection_reset'
  | 'dns_failure'
  | 'tls_failure'
  | 'proxy_failure'
  | 'blocked_address'
  | 'bad_status'
  | 'response_invalid'
  | 'abandoned'
  | 'subscription_gone'
  | 'cancelled'
  | 'internal_error';

export interface AttemptError {
  readonly code: AttemptErrorCode;
  readonly message: string;
}

/** What came of one request to a receiver. */
export interface AttemptResult {
  /** Null when there was no answer. */
  readonly statusCode: number | null;
  /** Null after a 2xx. */
  readonly error: AttemptError | null;
  readonly durationMs: number;
  /** Names in lower case; no more than the history keeps. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The beginning of the body. */
  readonly responseBody: Buffer;
  /** What the receiver asked for in `Retry-After`, as seconds or as a date. */
  readonly retryAfter: string | null;
}

export function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

const TOO_MANY_REQUESTS = 429;

/**
 * Whether a receiver is up and can take more of the same: it answered, though perhaps that it does not want this one.
 */
export function isFromHealthyReceiver({ statusCode }: AttemptResult): boolean {
  return statusCode !== null && statusCode < 500 && statusCode !== TOO_MANY_REQUESTS;
}

/** Class of the answer for metrics: 2xx, 3xx, 4xx, 5xx, or none. */
export function statusClass({ statusCode }: AttemptResult): string {
  return statusCode === null ? 'none' : `${Math.floor(statusCode / 100)}xx`;
}
