import type { StatsAnswer, StatsNumbers, StatsPoint } from '../src/api/generated/index.ts';
import { ago, chance, DAY, HOUR, MINUTE, NOW, SUBSCRIPTIONS } from './sample-data.ts';

function numbersOf(atMs: number, scale: number): StatsNumbers {
  const seed = Math.floor(atMs / MINUTE);
  const wave = 1 + 0.55 * Math.sin((atMs / DAY) * 2 * Math.PI - 1.9) + 0.12 * (chance(seed) - 0.5);
  const accepted = Math.round(18 * 60 * scale * wave);
  const isBad = atMs > NOW - 7 * HOUR && atMs < NOW - 4 * HOUR;
  const failed = Math.round(accepted * (isBad ? 0.09 : 0.0016) * (0.7 + chance(seed + 1)));
  const p50 = 34 + 9 * chance(seed + 2) + (isBad ? 16 : 0);
  return {
    accepted,
    delivered: accepted - failed,
    failed,
    cancelled: Math.round(accepted * 0.0004),
    attempts: accepted + failed * 3,
    success_rate: accepted === 0 ? null : (accepted - failed) / accepted,
    attempt_ms: { p50: p50 - 6, p95: p50 * 3.2, p99: p50 * 9 },
    delivery_ms: { p50, p95: p50 * (isBad ? 14 : 3.6), p99: p50 * (isBad ? 60 : 10) },
    waiting: Math.round(40 * wave + (isBad ? 900 * chance(seed + 3) : 20 * chance(seed + 3))),
    oldest_due_at: null,
  };
}

const STEPS = { minute: MINUTE, hour: HOUR, day: DAY };
const GROUPS: Readonly<Record<string, readonly (readonly [string | null, number])[]>> = {
  status_code: [
    ['200', 0.93],
    ['202', 0.04],
    ['429', 0.008],
    ['500', 0.013],
    ['503', 0.006],
    [null, 0.003],
  ],
  subscription: SUBSCRIPTIONS.slice(0, 6).map(({ id }, index) => [id, index === 1 ? 0.04 : 0.2] as const),
};

/** Statistics as `GET /stats` answers them. */
export function statsFor(query: URLSearchParams): StatsAnswer {
  const step = (query.get('step') ?? 'hour') as keyof typeof STEPS;
  const stepMs = STEPS[step];
  const sinceMs = Date.parse(query.get('since') ?? ago(DAY));
  const until = query.get('until');
  const untilMs = until === null ? NOW : Date.parse(until);
  const times: number[] = [];
  for (let atMs = Math.floor(sinceMs / stepMs) * stepMs; atMs < untilMs; atMs += stepMs) times.push(atMs);
  const pointsOf = (share: number): StatsPoint[] =>
    times.map((atMs) => {
      const isPart = atMs + stepMs > NOW;
      const scale = (share * (isPart ? NOW - atMs : stepMs)) / MINUTE;
      return { at: new Date(atMs).toISOString(), ...numbersOf(atMs, scale) };
    });
  const groups = GROUPS[query.get('group_by') ?? ''] ?? [[null, 1] as const];
  const data = groups.map(([group, share]) => {
    const points = pointsOf(share);
    const isFailing =
      group === SUBSCRIPTIONS[1]?.id || group === SUBSCRIPTIONS[0]?.id || group === null || /^\d/.test(group);
    return {
      group,
      points,
      totals: isFailing ? totalsOf(points) : { ...totalsOf(points), failed: 0, success_rate: 1 },
    };
  });
  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    step,
    data,
    totals: totalsOf(data.flatMap(({ points }) => points)),
    omitted_groups: 0,
    complete_since: null,
  };
}

function totalsOf(points: readonly StatsPoint[]): StatsNumbers {
  const sum = (of: (point: StatsPoint) => number | null): number =>
    points.reduce((all, point) => all + (of(point) ?? 0), 0);
  const [delivered, failed] = [sum((point) => point.delivered), sum((point) => point.failed)];
  return {
    accepted: sum((point) => point.accepted),
    delivered,
    failed,
    cancelled: sum((point) => point.cancelled),
    attempts: sum((point) => point.attempts),
    success_rate: delivered / Math.max(1, delivered + failed),
    attempt_ms: { p50: 31.4, p95: 118, p99: 402 },
    delivery_ms: { p50: 37.2, p95: 141, p99: 512 },
    waiting: 64,
    oldest_due_at: null,
  };
}
