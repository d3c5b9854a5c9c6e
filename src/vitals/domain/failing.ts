/** A subscription whose attempts have all failed since its last success. Times are in ms since the Unix epoch. */
export interface Failing {
  /** Start of the minute of the first failure. */
  readonly sinceMs: number;
  /** Start of the minute of the last failure. */
  readonly lastMs: number;
  readonly failures: number;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  /** Says which target failed, so that another one is not blamed for it. */
  readonly targetDigest: string;
  /** Whether its tenant was told, so that it must be told of the recovery, too. */
  readonly isAnnounced: boolean;
  /** What counts towards disabling it; null while nothing does. */
  readonly count: FailureCount | null;
}

/** Failures that count towards disabling a subscription. */
export interface FailureCount {
  /** Seconds of the watch at the first and the last of them. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly failures: number;
  /** In how many different hours they lie. */
  readonly hours: number;
  /** Number of the last warning that was given; 0 before the first. */
  readonly stage: number;
}

/** What minutes that have just been reviewed say about a subscription. */
export interface SeenAttempts {
  readonly hasSucceeded: boolean;
  /** Failures in minutes after the last success. Those in its own minute don't count. */
  readonly failures: FailuresSeen | null;
}

export interface FailuresSeen {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** In how many different hours they lie. */
  readonly hours: number;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/** The subscription at the time of the review. */
export interface Subject {
  readonly isActive: boolean;
  readonly targetDigest: string;
}

const HOUR_MS = 3_600_000;

/**
 * What is known of a subscription after another part of its attempts; null if it is not failing.
 *
 * The count begins anew with a success, with another target, and whenever the subscription is not active: nobody is
 * blamed for a time in which nothing was sent.
 *
 * @param watchedSeconds seconds of the watch now
 */
export function failingAfter(
  known: Failing | null,
  seen: SeenAttempts | null,
  subject: Subject,
  watchedSeconds: number,
): Failing | null {
  const before = seen?.hasSucceeded === true ? null : known;
  const failures = seen?.failures ?? null;
  if (failures === null) return before === null ? null : { ...before, ...restarted(before, subject) };
  const facts = {
    sinceMs: before?.sinceMs ?? failures.firstMs,
    lastMs: failures.lastMs,
    failures: (before?.failures ?? 0) + failures.count,
    lastStatusCode: failures.lastStatusCode,
    lastErrorCode: failures.lastErrorCode,
    isAnnounced: before?.isAnnounced ?? false,
    targetDigest: subject.targetDigest,
  };
  const isSameTarget = before === null || before.targetDigest === subject.targetDigest;
  if (!subject.isActive || !isSameTarget) return { ...facts, count: null };
  return { ...facts, count: counted(before, failures, watchedSeconds) };
}

function restarted(known: Failing, subject: Subject): Pick<Failing, 'count' | 'targetDigest'> {
  const goesOn = subject.isActive && subject.targetDigest === known.targetDigest;
  return { count: goesOn ? known.count : null, targetDigest: subject.targetDigest };
}

function counted(before: Failing | null, seen: FailuresSeen, watchedSeconds: number): FailureCount {
  const count = before?.count ?? null;
  if (before === null || count === null) {
    return {
      fromSeconds: watchedSeconds,
      toSeconds: watchedSeconds,
      failures: seen.count,
      hours: seen.hours,
      stage: 0,
    };
  }
  const sharedHours = hourOf(before.lastMs) === hourOf(seen.firstMs) ? 1 : 0;
  return {
    ...count,
    toSeconds: watchedSeconds,
    failures: count.failures + seen.count,
    hours: count.hours + seen.hours - sharedHours,
  };
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}
