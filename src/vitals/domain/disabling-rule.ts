import type { FailureCount } from './failing.js';

const DAY_SECONDS = 86_400;
/** Fewer failures in a row may be a single delivery, which says little about its receiver. */
export const FEW_FAILURES = 5;
/** Failures that it takes to disable a subscription. */
const MIN_FAILURES = 20;
/** In how many different hours they must lie, if subscriptions are disabled after days. */
const MIN_HOURS = 12;
/** With a short setting, a tenth of it, in hours. */
const HOURS_PER_DAY = 2.4;

/**
 * Warnings by the share of the time until a subscription is disabled: an hour, half, and nine tenths of five days. The
 * last one also waits for the same share of the failures and of their hours, so that the end is near indeed.
 */
const WARNINGS = [
  { stage: 1, share: 1 / 120, name: 'started' },
  { stage: 2, share: 1 / 2, name: 'half_way' },
  { stage: 3, share: 9 / 10, name: 'last_warning' },
] as const;
export type Warning = (typeof WARNINGS)[number];

/** What failures lead to. */
export type Verdict =
  | { readonly verdict: 'wait' }
  | { readonly verdict: 'warn'; readonly warning: Warning; readonly secondsLeft: number }
  | { readonly verdict: 'disable' };

/**
 * Decides what the failures of a subscription lead to.
 *
 * Time runs from the first to the last failure, so a subscription without traffic is neither warned of nor disabled.
 *
 * @param disableAfterDays 0 if subscriptions are never disabled for their failures
 */
export function verdictOn(count: FailureCount | null, disableAfterDays: number): Verdict {
  if (count === null || disableAfterDays === 0) return { verdict: 'wait' };
  const neededSeconds = disableAfterDays * DAY_SECONDS;
  const failedSeconds = count.toSeconds - count.fromSeconds;
  const hasEnough = count.failures >= MIN_FAILURES && count.hours >= hoursNeeded(disableAfterDays);
  if (failedSeconds >= neededSeconds && hasEnough) return { verdict: 'disable' };
  if (count.failures < FEW_FAILURES) return { verdict: 'wait' };
  const least = Math.min(...sharesOf(count, disableAfterDays));
  const reached = WARNINGS.findLast(({ name, share }) =>
    name === 'last_warning' ? least >= share : failedSeconds >= share * neededSeconds,
  );
  if (reached === undefined || reached.stage <= count.stage) return { verdict: 'wait' };
  return { verdict: 'warn', warning: reached, secondsLeft: Math.max(0, neededSeconds - failedSeconds) };
}

/** How far failures are on the way to disabling their subscription, from 0 to 1; null if nothing counts. */
export function progressOf(count: FailureCount | null, disableAfterDays: number): number | null {
  if (count === null || disableAfterDays === 0) return null;
  return Math.round(Math.min(1, ...sharesOf(count, disableAfterDays)) * 1000) / 1000;
}

/**
 * For how long nobody may answer before the network of this service is in doubt: as long as until the first warning.
 */
export function graceSeconds(disableAfterDays: number): number {
  return WARNINGS[0].share * disableAfterDays * DAY_SECONDS;
}

/** How much there is of all that it takes: 1 is enough. */
function sharesOf(count: FailureCount, disableAfterDays: number): readonly number[] {
  return [
    (count.toSeconds - count.fromSeconds) / (disableAfterDays * DAY_SECONDS),
    count.failures / MIN_FAILURES,
    count.hours / hoursNeeded(disableAfterDays),
  ];
}

function hoursNeeded(disableAfterDays: number): number {
  return Math.min(MIN_HOURS, Math.ceil(disableAfterDays * HOURS_PER_DAY));
}
