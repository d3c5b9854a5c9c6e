import type { Certificate, ProbeAnswer } from '../../delivery/index.js';
import type { SubscriptionState } from '../../subscriptions/index.js';

/**
 * What a request is to show. `good` and `repeat` are signed like a delivery, the second with the `webhook-id` of the
 * first; the body of `tampered` is changed after signing; `old` is signed ten minutes ago.
 */
export const PURPOSES = ['good', 'repeat', 'tampered', 'old'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The requests of a check, in the order of sending. The last ones are there for a median. */
export const SERIES: readonly Purpose[] = ['good', 'repeat', 'tampered', 'old', 'good', 'good', 'good'];

/** Age of the timestamp of `old`. The Standard Webhooks libraries refuse more than five minutes. */
export const OLD_SECONDS = 600;

/** A request that was sent, and what came of it. */
export interface Sent {
  readonly purpose: Purpose;
  readonly webhookId: string;
  readonly sentAtMs: number;
  readonly answer: ProbeAnswer;
}

/** Everything that a report is made of. */
export interface Findings {
  /** In the order of sending. */
  readonly sent: readonly Sent[];
  /** Longest time of the whole series. */
  readonly budgetMs: number;
  readonly timeoutMs: number;
  readonly isSecure: boolean;
  /** The certificate of a receiver whose TLS failed; null otherwise, or if it cannot be read. */
  readonly refusedCertificate: Certificate | null;
  readonly state: SubscriptionState;
  readonly nowMs: number;
}

/**
 * Whether the next request makes sense. The refusal of a bad request says something only if good ones are taken, and a
 * receiver that hangs would let each request wait for its timeout.
 */
export function goesOn(sent: readonly Sent[]): boolean {
  const [first] = sent;
  return first === undefined || isTaken(first);
}

/** Whether a request was answered with 2xx. */
export function isTaken({ answer }: Sent): boolean {
  return answer.statusCode !== null && answer.error === null;
}
