import { LIMITS } from '../../shared/limits.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const STEPS = ['minute', 'hour', 'day'] as const;
export type Step = (typeof STEPS)[number];
const STEP_MS: Readonly<Record<Step, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** Sums of minutes are kept for this time, and those of hours for as long as the history. */
export const MINUTES_KEPT_MS = 2 * DAY_MS;

/** Length of the range if `since` is not given. */
const DEFAULT_MS: Readonly<Record<Step, number>> = { minute: HOUR_MS, hour: DAY_MS, day: 30 * DAY_MS };

/** Times in a request, in RFC 3339. */
interface Asked {
  readonly since?: string;
  readonly until?: string;
  readonly step: Step;
}

/** Whole steps, from `fromMs` (inclusive) to `toMs` (exclusive), or the fault of the requested range. */
export type StatsRange =
  | { readonly fromMs: number; readonly toMs: number; readonly steps: number }
  | { readonly fault: { readonly pointer: string; readonly detail: string } };

/** The steps that have a part between `since` and `until`. */
export function statsRange({ since, until, step }: Asked, nowMs: number): StatsRange {
  const untilMs = until === undefined ? nowMs : Date.parse(until);
  const sinceMs = since === undefined ? untilMs - DEFAULT_MS[step] : Date.parse(since);
  if (sinceMs >= untilMs) return { fault: { pointer: 'since', detail: 'must be before until' } };
  const stepMs = STEP_MS[step];
  const [fromMs, toMs] = [Math.floor(sinceMs / stepMs) * stepMs, Math.ceil(untilMs / stepMs) * stepMs] as const;
  const steps = (toMs - fromMs) / stepMs;
  if (step === 'minute' && sinceMs < nowMs - MINUTES_KEPT_MS) {
    return { fault: { pointer: 'step', detail: 'must be hour or day, because minutes are kept for two days' } };
  }
  if (steps > LIMITS.statsPoints) return { fault: tooMany(steps, toMs - fromMs) };
  return { fromMs, toMs, steps };
}

function tooMany(steps: number, rangeMs: number): { pointer: string; detail: string } {
  const fitting = STEPS.find((each) => rangeMs / STEP_MS[each] <= LIMITS.statsPoints);
  const advice = fitting === undefined ? 'a shorter range' : `step=${fitting}`;
  return {
    pointer: fitting === undefined ? 'since' : 'step',
    detail: `makes ${steps} points, and an answer has at most ${LIMITS.statsPoints}; take ${advice}`,
  };
}
