import type { Finding, Run } from './fault.js';

/** The percentile of the values at this share; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function atMost(what: string, value: number, limit: number, unit: 's' | 'ms' | 'MB'): Finding {
  const figure = `${Math.round(value * 10) / 10} ${unit}`;
  return { what: `${what} <= ${limit} ${unit}`, holds: value <= limit, figure, isTime: unit !== 'MB' };
}

export function isTrue(what: string, holds: boolean, figure = holds ? 'yes' : 'no'): Finding {
  return { what, holds, figure };
}

interface FirstRequest {
  readonly atMs: number;
  readonly acceptedAtMs: number;
  readonly lagMs: number;
}

/** The first request of each delivery of the accepted events. */
function firstRequests({ accepted, received }: Pick<Run, 'accepted' | 'received'>): FirstRequest[] {
  const acceptedAt = new Map(accepted.map(({ eventId, atMs }) => [eventId, atMs]));
  const firstAt = new Map<string, { eventId: string; startedAt: number }>();
  for (const { deliveryId, eventId, startedAt } of received) {
    const known = firstAt.get(deliveryId);
    if (known === undefined || startedAt < known.startedAt) firstAt.set(deliveryId, { eventId, startedAt });
  }
  return [...firstAt.values()].flatMap(({ eventId, startedAt }) => {
    const atMs = acceptedAt.get(eventId);
    if (atMs === undefined) return [];
    return [{ atMs: startedAt, acceptedAtMs: atMs, lagMs: Math.max(0, startedAt - atMs) }];
  });
}

/** Milliseconds from the answer to the publisher to the first request, for each delivery of the chosen events. */
export function lagsMs(
  run: Pick<Run, 'accepted' | 'received'>,
  chosen: (acceptedAtMs: number) => boolean = () => true,
): number[] {
  return firstRequests(run)
    .filter(({ acceptedAtMs }) => chosen(acceptedAtMs))
    .map(({ lagMs }) => lagMs);
}

/**
 * Milliseconds from that moment to the first request for an event accepted after it; Infinity when there was none.
 */
export function firstDeliveredMs(run: Pick<Run, 'accepted' | 'received'>, sinceMs: number): number {
  const after = firstRequests(run).filter(({ acceptedAtMs }) => acceptedAtMs > sinceMs);
  return after.reduce((first, { atMs }) => Math.min(first, atMs), Infinity) - sinceMs;
}

/** Latencies of the publisher's 2xx during the harm. */
export function ingestLatenciesMs({ accepted, harmStartedAt, harmEndedAt }: Run): number[] {
  return accepted.filter(({ atMs }) => atMs >= harmStartedAt && atMs <= harmEndedAt).map(({ latencyMs }) => latencyMs);
}

/** Other deliveries within this time of a redelivery show how long everything waits. */
const AROUND_MS = 1000;
/**
 * Repeatedly abandoned deliveries are scattered over this many seconds, doubled each time, to spare their neighbours.
 */
const SCATTER_SECONDS = 8;

interface Redelivery {
  /** From the end of the lease to the next request, less the wait of a new delivery at that time. Milliseconds. */
  readonly lateMs: number;
  /** The width of the deliberate scatter; 0 for the first abandoned attempt. Milliseconds. */
  readonly scatterMs: number;
}

/**
 * The redelivery after each abandoned attempt. When more arrives than the machine can take, new deliveries wait as long
 * as redeliveries, so the median wait of the new ones at that time is subtracted.
 */
export function redeliveries(run: Run): Redelivery[] {
  const { attempts, received, leaseSeconds } = run.evidence;
  const requestedAt = new Map(received.map((each) => [`${each.deliveryId}/${each.attempt}`, each.startedAt]));
  const lags = firstRequests(run);
  const abandoned = attempts.filter(({ errorCode }) => errorCode === 'abandoned');
  return [...Map.groupBy(abandoned, ({ deliveryId }) => deliveryId).values()].flatMap((cuts) => {
    const inOrder = cuts.toSorted((a, b) => a.number - b.number);
    return inOrder.flatMap(({ deliveryId, number, startedAt }, earlier) => {
      const leaseEndedAt = startedAt + leaseSeconds * 1000;
      // The next attempt may have been cut short before its request.
      const following = inOrder.find((each) => each.number === number + 1);
      const next = requestedAt.get(`${deliveryId}/${number + 1}`) ?? following?.startedAt;
      if (next === undefined) return [];
      const around = lags.filter(({ atMs }) => Math.abs(atMs - next) < AROUND_MS).map(({ lagMs }) => lagMs);
      const scatterMs = earlier === 0 ? 0 : SCATTER_SECONDS * 1000 * 2 ** (earlier - 1);
      return [{ lateMs: next - leaseEndedAt - percentile(around, 0.5), scatterMs }];
    });
  });
}

/** How publishers were refused: each status or error code with its count. */
export function refusalCounts({ refusals }: Run): string {
  const counts = Map.groupBy(refusals, ({ status, code }) => (status === null ? (code ?? 'no answer') : `${status}`));
  return [...counts].map(([what, each]) => `${each.length} x ${what}`).join(', ') || 'none';
}
