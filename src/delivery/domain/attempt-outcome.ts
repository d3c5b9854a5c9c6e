import { ATTEMPT_ERROR_CODES, type AttemptErrorCode } from '../../shared/domain/error-codes.js';
import type { SentRequest } from './sent-request.js';

export { ATTEMPT_ERROR_CODES, type AttemptErrorCode };

/** Codes that say nothing about the receiver: the service, its proxy or a client ended the attempt. */
export const OWN_ERROR_CODES = [
  'proxy_failure',
  'abandoned',
  'subscription_gone',
  'cancelled',
  'internal_error',
] as const satisfies readonly AttemptErrorCode[];

export interface AttemptError {
  readonly code: AttemptErrorCode;
  readonly message: string;
}

/** How long each phase of an attempt took, in milliseconds; null for a phase that did not happen. */
export interface AttemptPhases {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the start of the request to the first byte of the response. */
  readonly waitMs: number | null;
  readonly readMs: number | null;
}

/** For an attempt that failed before it reached the network. */
export const NO_PHASES: AttemptPhases = { dnsMs: null, connectMs: null, tlsMs: null, waitMs: null, readMs: null };

/** Result of one request to a receiver. */
export interface AttemptResult {
  /** Null when no response came. */
  readonly statusCode: number | null;
  /** Null after a 2xx. */
  readonly error: AttemptError | null;
  readonly durationMs: number;
  /** Names in lower case; cut to what the history keeps. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The beginning of the response body. */
  readonly responseBody: Buffer;
  /** Raw value of `Retry-After`: seconds or a date. */
  readonly retryAfter: string | null;
  readonly phases: AttemptPhases;
  /** Null if nothing was sent, because no connection was made. */
  readonly sent: SentRequest | null;
}

export function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

const TOO_MANY_REQUESTS = 429;

/** Whether the receiver is up and not overloaded. A 4xx counts, too: it refuses this delivery, not the next one. */
export function isFromHealthyReceiver({ statusCode }: AttemptResult): boolean {
  return statusCode !== null && statusCode < 500 && statusCode !== TOO_MANY_REQUESTS;
}

/** Status classes for metrics. */
export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;

/** Status class for metrics: 2xx, 3xx, 4xx, 5xx, or none. */
export function statusClass({ statusCode }: AttemptResult): string {
  return statusCode === null ? 'none' : `${Math.floor(statusCode / 100)}xx`;
}
