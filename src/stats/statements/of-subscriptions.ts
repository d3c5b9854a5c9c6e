import { type Histogram, addTo, percentilesOf } from '../domain/histogram.js';
import { KIND } from '../domain/kind.js';

// Numbers of subscriptions of tenant $1, from what is summed up. Nothing is counted that is not.

/** What waited for a subscription when that was last counted, which happens every minute. */
export interface WaitingNumbers {
  readonly waiting: number;
  readonly parked: number;
}

/** Attempts of a subscription. Stored histograms have their durations. */
export interface AttemptNumbers {
  readonly hour_attempts: number;
  readonly hour_succeeded: number;
  readonly hour_durations: Buffer | null;
  readonly day_attempts: number;
  readonly day_succeeded: number;
  readonly day_durations: Buffer | null;
}

const IS_SUCCESS = 'status_code between 200 and 299';
const IN_LAST_HOUR = `at >= now() - interval '1 hour'`;

/** SQL for rows of `id` and `WaitingNumbers`. Served by waiting_samples_tenant. @param ids SQL of an array */
export function waitingOf(ids: string): string {
  return `select subscription_id as id, waiting::float8 as waiting, coalesce(parked, 0)::float8 as parked
    from waiting_samples
    where tenant_id = $1 and at = (select sampled_at from stats_progress) and subscription_id = any(${ids})
      and not is_hour`;
}

/** SQL for one row of `AttemptNumbers`, of the last hour and the last day. Served by delivery_stats_subscription. */
export function attemptsOf(id: string): string {
  const count = (condition: string): string => `coalesce(sum(count) filter (where ${condition}), 0)::float8`;
  return `select ${count(IN_LAST_HOUR)} as hour_attempts, ${count(`${IN_LAST_HOUR} and ${IS_SUCCESS}`)} as hour_succeeded,
      string_agg(durations, ''::bytea) filter (where ${IN_LAST_HOUR}) as hour_durations,
      ${count('true')} as day_attempts, ${count(IS_SUCCESS)} as day_succeeded,
      string_agg(durations, ''::bytea) as day_durations
    from delivery_stats
    where tenant_id = $1 and subscription_id = ${id} and at >= now() - interval '1 day' and kind = ${KIND.attempt}`;
}

/** SQL for the start of the newest minute, or hour, with a success. Served by delivery_stats_subscription. */
export function lastSuccessOf(id: string): string {
  return `select at from delivery_stats
    where tenant_id = $1 and subscription_id = ${id} and kind = ${KIND.attempt} and ${IS_SUCCESS}
    order by at desc limit 1`;
}

/** The 95th percentile of durations in milliseconds. @param stored a stored histogram; null if there are none */
export function p95Of(stored: Buffer | null): number | null {
  if (stored === null) return null;
  const histogram: Histogram = new Map();
  addTo(histogram, stored);
  return percentilesOf(histogram)?.p95 ?? null;
}
