import type { LaneTotals } from '../../delivery/index.js';
import { p95Of, type WaitingNumbers } from '../../stats/index.js';
import {
  type DetailedSubscriptionHealthAnswer,
  type HealthPeriodAnswer,
  type SubscriptionAnswer,
  type SubscriptionHealthAnswer,
  whyDisabled,
} from '../../subscriptions/index.js';
import { progressOf } from '../domain/disabling-rule.js';
import type { Failing } from '../domain/failing.js';
import {
  healthOf,
  healthSummary,
  type HourOfAttempts,
  type JudgedSubscription,
  successByHour,
  successRate,
} from '../domain/health.js';
import type { Details } from './vitals.repository.js';

const HOUR_MS = 3_600_000;

/** What is known about a subscription. */
export interface Vital {
  readonly asOf: Date | null;
  readonly failing: Failing | null;
  readonly hours: readonly HourOfAttempts[];
  readonly waiting: WaitingNumbers;
  readonly lanes: LaneTotals;
}

interface Terms {
  readonly nowMs: number;
  readonly disableAfterDays: number;
}

export function toHealth(
  subscription: SubscriptionAnswer,
  { asOf, failing, hours, waiting, lanes }: Vital,
  { nowMs, disableAfterDays }: Terms,
): SubscriptionHealthAnswer {
  const sum = (of: 'succeeded' | 'failed'): number => hours.reduce((total, each) => total + each[of], 0);
  const [succeeded, failed] = [sum('succeeded'), sum('failed')];
  const progress = progressOf(failing?.count ?? null, disableAfterDays);
  const judged: JudgedSubscription = {
    id: subscription.id,
    state: stateOf(subscription),
    disabledBecause: subscription.state === 'disabled' ? whyDisabled(subscription.disabled_reason) : null,
    disabledAtMs: subscription.disabled_at === null ? null : Date.parse(subscription.disabled_at),
    waiting: waiting.waiting,
    consecutiveFailures: failing?.failures ?? 0,
    failingSinceMs: failing?.sinceMs ?? null,
    lastStatusCode: failing?.lastStatusCode ?? null,
    lastErrorCode: failing?.lastErrorCode ?? null,
    disablesAfterDays: progress === null ? null : disableAfterDays,
    ...{ succeeded, failed },
  };
  return {
    state: healthOf(judged),
    summary: healthSummary(judged, nowMs),
    success_rate: successRate(succeeded, failed),
    success_by_hour: successByHour(hours, Math.floor(nowMs / HOUR_MS)),
    consecutive_failures: judged.consecutiveFailures,
    failing_since: failing === null ? null : new Date(failing.sinceMs).toISOString(),
    disabling_progress: progress,
    waiting: waiting.waiting,
    parked: waiting.parked,
    lane: {
      in_flight: lanes.in_flight,
      width: lanes.width,
      limit: subscription.max_in_flight,
      workers: lanes.workers,
    },
    as_of: asOf?.toISOString() ?? null,
  };
}

/** What only the answer of a single subscription has. */
export function toPeriods(
  details: Details,
): Pick<DetailedSubscriptionHealthAnswer, 'last_hour' | 'last_day' | 'last_success_at'> {
  return {
    last_hour: toPeriod(details.hour_attempts, details.hour_succeeded, details.hour_durations),
    last_day: toPeriod(details.day_attempts, details.day_succeeded, details.day_durations),
    last_success_at: details.lastSuccess?.toISOString() ?? null,
  };
}

function toPeriod(attempts: number, succeeded: number, durations: Buffer | null): HealthPeriodAnswer {
  return { attempts, success_rate: successRate(succeeded, attempts - succeeded), p95_ms: p95Of(durations) };
}

/** Deleted subscriptions are not shown. */
function stateOf({ state }: SubscriptionAnswer): JudgedSubscription['state'] {
  return state === 'paused' || state === 'disabled' ? state : 'active';
}
