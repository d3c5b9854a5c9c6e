import { type Verdict, verdictOn, type Warning } from './disabling-rule.js';
import { type Failing, failingAfter, type SeenAttempts, type Subject } from './failing.js';

/** What a review finds out about a subscription. */
export interface Change {
  /** Null if it is not failing any more. */
  readonly next: Failing | null;
  /** What it was until now, if that must be announced as over; null unless it is active. */
  readonly recoveredFrom: Failing | null;
  readonly warning: { readonly warning: Warning; readonly secondsLeft: number } | null;
  readonly isToBeDisabled: boolean;
}

/** The time of a review. */
export interface ReviewTime {
  /** Seconds of the watch. */
  readonly watchedSeconds: number;
  /** Whether the clock has gone back, so that nothing counts that was counted before. */
  readonly hasGoneBack: boolean;
  /** 0 if subscriptions are never disabled for their failures. */
  readonly disableAfterDays: number;
}

/**
 * What becomes of a subscription after another part of its attempts.
 *
 * @param subject null if the subscription is deleted
 */
export function changeOf(
  known: Failing | null,
  seen: SeenAttempts | null,
  subject: Subject | null,
  { watchedSeconds, hasGoneBack, disableAfterDays }: ReviewTime,
): Change {
  if (subject === null) return { next: null, recoveredFrom: null, warning: null, isToBeDisabled: false };
  const trusted = known !== null && hasGoneBack ? { ...known, count: null } : known;
  const next = failingAfter(trusted, seen, subject, watchedSeconds);
  const hasRecovered = seen?.hasSucceeded === true && subject.isActive;
  const recoveredFrom = hasRecovered && known?.isAnnounced === true ? known : null;
  const verdict = verdictOn(next?.count ?? null, disableAfterDays);
  const warned = next === null ? null : afterWarning(next, verdict);
  return {
    next: warned,
    recoveredFrom,
    warning: verdict.verdict === 'warn' ? verdict : null,
    isToBeDisabled: verdict.verdict === 'disable',
  };
}

/** Each warning is given once. */
function afterWarning(failing: Failing, verdict: Verdict): Failing {
  if (verdict.verdict !== 'warn' || failing.count === null) return failing;
  return { ...failing, isAnnounced: true, count: { ...failing.count, stage: verdict.warning.stage } };
}
