/** The checks of a receiver. New ones may be added; names keep their meaning. */
export const CHECK_NAMES = [
  'good_signature',
  'tampered_body',
  'old_timestamp',
  'same_id_twice',
  'redirects',
  'tls',
  'latency',
  'response_size',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** `skipped`: nothing can be said, because an earlier fault stands in the way. */
export const RESULTS = ['ok', 'warning', 'failed', 'skipped'] as const;
export type Result = (typeof RESULTS)[number];

/** What a check is based on. Which fields there are depends on the check. */
export interface Evidence {
  /** Numbers of the requests, from 1. */
  readonly requests?: readonly number[];
  /** Their statuses; null for one without a response. */
  readonly statusCodes?: readonly (number | null)[];
  readonly redirectsTo?: string | null;
  readonly tlsProtocol?: string;
  readonly certificateExpiresAtMs?: number;
  readonly medianMs?: number;
  /** Time to make a new connection. */
  readonly setUpMs?: number;
  readonly timeoutMs?: number;
  readonly largestBytes?: number;
}

export interface Check {
  readonly name: CheckName;
  readonly result: Result;
  /** What was found, and what the receiver should do. */
  readonly sentence: string;
  readonly evidence: Evidence;
}

/** A check without its name. */
export type Finding = Omit<Check, 'name'>;

export const finding = (result: Result, sentence: string, evidence: Evidence = {}): Finding => ({
  result,
  sentence,
  evidence,
});
