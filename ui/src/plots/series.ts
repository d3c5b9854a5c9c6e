import type { StatsPoint, StatsSeries } from '../api/generated';
import type { Steps } from './range';

/**
 * Points with their times in seconds since the Unix epoch, one for each step: the API leaves out those without news.
 */
export interface Timeline {
  readonly seconds: readonly number[];
  readonly points: readonly (StatsPoint | null)[];
}

export function timelineOf(
  points: readonly StatsPoint[],
  { sinceMs, untilMs, stepMs }: Steps,
  nowMs: number,
): Timeline {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
  // The step that is not over yet is one of them.
  const count = untilMs === null ? Math.floor((nowMs - sinceMs) / stepMs) + 1 : Math.ceil((untilMs - sinceMs) / stepMs);
  const times = Array.from({ length: Math.max(1, count) }, (_, index) => sinceMs + index * stepMs);
  return { seconds: times.map((ms) => ms / 1000), points: times.map((ms) => byTime.get(ms) ?? null) };
}

/** A number of each step; 0 where nothing happened. */
export function countsOf({ points }: Timeline, of: (point: StatsPoint) => number | null): number[] {
  return points.map((point) => (point === null ? 0 : (of(point) ?? 0)));
}

/** A value of each step; null where there is none, which a plot leaves open. */
export function valuesOf({ points }: Timeline, of: (point: StatsPoint) => number | null): (number | null)[] {
  return points.map((point) => (point === null ? null : of(point)));
}

export const CODE_CLASSES = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type CodeClass = (typeof CODE_CLASSES)[number];

/** Attempts of each step by the class of their status code; `none` for those without a response. */
export function attemptsByClass(
  series: readonly StatsSeries[],
  steps: Steps,
  nowMs: number,
): Record<CodeClass, number[]> {
  const { seconds } = timelineOf([], steps, nowMs);
  const sums = Object.fromEntries(CODE_CLASSES.map((each) => [each, seconds.map(() => 0)])) as Record<
    CodeClass,
    number[]
  >;
  for (const { group, points } of series) {
    const row = sums[classOf(group)];
    countsOf(timelineOf(points, steps, nowMs), ({ attempts }) => attempts).forEach((count, index) => {
      row[index] = (row[index] ?? 0) + count;
    });
  }
  return sums;
}

function classOf(group: string | null): CodeClass {
  return CODE_CLASSES.find((each) => each === `${group?.charAt(0) ?? ''}xx`) ?? 'none';
}

/** Rows that lie on one another, from the lowest to the sum of all. */
export function stacked(rows: readonly (readonly number[])[]): number[][] {
  const sums: number[][] = [];
  for (const row of rows) {
    const below = sums.at(-1);
    sums.push(row.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}
