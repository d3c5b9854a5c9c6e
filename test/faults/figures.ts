import type { Finding, Run } from './fault.js';

/** The value below which that share of the values lies; 0 when there are none. */
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

/** The first request of each delivery of the events that were accepted. */
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

/** Milliseconds from the answer to the publisher to the first request, of each delivery of the events chosen. */
export function lagsMs(
  run: Pick<Run, 'accepted' | 'received'>,
  chosen: (acceptedAtMs: number) => boolean = () => true,
): number[] {
  return firstRequests(run)
    .filter(({ acceptedAtMs }) => chosen(acceptedAtMs))
    .map(({ lagMs }) => lagMs);
}

/** Latencies of the publisher's 2xx while the harm was done. */
export function ingestLatenciesMs({ accepted, harmStartedAt, harmEndedAt }: Run): number[] {
  return accepted.filter(({ atMs }) => atMs >= harmStartedAt && atMs <= harmEndedAt).map(({ latencyMs }) => latencyMs);
}

/** Within this time of a redelivery, other deliveries tell how long everything waits. */
const AROUND_MS = 1000;

/**
 * Milliseconds from a request that was cut short to the next one of its delivery, less what new deliveries wait for their
 * first request at that time: when more comes than the machine can take, redeliveries wait no longer than the others.
 */
export function redeliveriesMs(run: Run): number[] {
  const { attempts, received } = run.evidence;
  const startedAt = new Map(received.map((request) => [`${request.deliveryId}/${request.attempt}`, request.startedAt]));
  const lags = firstRequests(run);
  return attempts
    .filter(({ errorCode }) => errorCode === 'abandoned')
    .flatMap(({ deliveryId, number }) => {
      const cut = startedAt.get(`${deliveryId}/${number}`);
      const next = startedAt.get(`${deliveryId}/${number + 1}`);
      if (cut === undefined || next === undefined) return [];
      const around = lags.filter(({ atMs }) => Math.abs(atMs - next) < AROUND_MS).map(({ lagMs }) => lagMs);
      return [next - cut - Math.max(0, ...around)];
    });
}

/** How publishers were refused: each status or error code with its count. */
export function refusalCounts({ refusals }: Run): string {
  const counts = Map.groupBy(refusals, ({ status, code }) => (status === null ? (code ?? 'no answer') : `${status}`));
  return [...counts].map(([what, each]) => `${each.length} x ${what}`).join(', ') || 'none';
}
