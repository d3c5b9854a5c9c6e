export const RANGES = ['15m', '1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];
export type Step = 'minute' | 'hour' | 'day';

/** A range up to now, or a part of it that was zoomed into, as it stands in the URL. */
export interface RangeSearch {
  readonly range?: Range;
  readonly since?: string;
  readonly until?: string;
}

/** The steps of a range, as the statistics count them. */
export interface Steps {
  readonly step: Step;
  readonly stepMs: number;
  readonly sinceMs: number;
  /** Null for now. */
  readonly untilMs: number | null;
}

export const DEFAULT_RANGE: Range = '24h';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SPANS: Readonly<Record<Range, number>> = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
};
const STEP_MS: Readonly<Record<Step, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };
/** Minutes are kept for two days. */
const MINUTES_KEPT_MS = 2 * DAY_MS;
const LONGEST_BY_MINUTE_MS = 6 * HOUR_MS;
const LONGEST_BY_HOUR_MS = 14 * DAY_MS;

export function readRange({ range, since, until }: Record<string, unknown>): RangeSearch {
  const known = RANGES.find((each) => each === range);
  const isPart = isTime(since) && isTime(until) && Date.parse(since) < Date.parse(until);
  return { ...(known !== undefined && known !== DEFAULT_RANGE && { range: known }), ...(isPart && { since, until }) };
}

/** The steps to ask for: as fine as is useful and kept. */
export function stepsOf({ range = DEFAULT_RANGE, since, until }: RangeSearch, nowMs: number): Steps {
  const untilMs = until === undefined ? null : Date.parse(until);
  const fromMs = since === undefined ? nowMs - SPANS[range] : Date.parse(since);
  const spanMs = (untilMs ?? nowMs) - fromMs;
  const step = stepFor(spanMs, nowMs - fromMs);
  const stepMs = STEP_MS[step];
  // The first whole step: one that began earlier would be counted in part. If none begins in time, the one around it.
  const wholeMs = Math.ceil(fromMs / stepMs) * stepMs;
  const sinceMs = wholeMs < (untilMs ?? nowMs) ? wholeMs : Math.floor(fromMs / stepMs) * stepMs;
  return { step, stepMs, sinceMs, untilMs };
}

function stepFor(spanMs: number, agoMs: number): Step {
  if (spanMs <= LONGEST_BY_MINUTE_MS && agoMs < MINUTES_KEPT_MS) return 'minute';
  return spanMs <= LONGEST_BY_HOUR_MS ? 'hour' : 'day';
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
