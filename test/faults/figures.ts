import type { Evidence } from './evidence.js';
import type { Finding, Run } from './fault.js';

/** The value below which that share of the values lies; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function atMost(what: string, value: number, limit: number, unit: string): Finding {
  const figure = `${Math.round(value * 10) / 10} ${unit}`;
  return { what: `${what} <= ${limit} ${unit}`, holds: value <= limit, figure, isMeasured: true };
}

export function isTrue(what: string, holds: boolean, figure = holds ? 'yes' : 'no'): Finding {
  return { what, holds, figure, isMeasured: false };
}

/** Milliseconds from the answer to the publisher to the first request, of each delivery of the events chosen. */
export function lagsMs({ accepted, received }: Run, chosen: (atMs: number) => boolean = () => true): number[] {
  const acceptedAt = new Map(accepted.map(({ eventId, atMs }) => [eventId, atMs]));
  const firstAt = new Map<string, { eventId: string; startedAt: number }>();
  for (const { deliveryId, eventId, startedAt } of received) {
    const known = firstAt.get(deliveryId);
    if (known === undefined || startedAt < known.startedAt) firstAt.set(deliveryId, { eventId, startedAt });
  }
  return [...firstAt.values()].flatMap(({ eventId, startedAt }) => {
    const atMs = acceptedAt.get(eventId);
    return atMs === undefined || !chosen(atMs) ? [] : [Math.max(0, startedAt - atMs)];
  });
}

/** Latencies of the publisher's 2xx while the harm was done. */
export function ingestLatenciesMs({ accepted, harmStartedAt, harmEndedAt }: Run): number[] {
  return accepted.filter(({ atMs }) => atMs >= harmStartedAt && atMs <= harmEndedAt).map(({ latencyMs }) => latencyMs);
}

/** Milliseconds from a request that was cut short to the next one of its delivery. */
export function redeliveriesMs({ attempts, received }: Evidence): number[] {
  const startedAt = new Map(received.map((request) => [`${request.deliveryId}/${request.attempt}`, request.startedAt]));
  return attempts
    .filter(({ errorCode }) => errorCode === 'abandoned')
    .flatMap(({ deliveryId, number }) => {
      const cut = startedAt.get(`${deliveryId}/${number}`);
      const next = startedAt.get(`${deliveryId}/${number + 1}`);
      return cut === undefined || next === undefined ? [] : [next - cut];
    });
}

/** How publishers were refused: each status or error code with its count. */
export function refusalCounts({ refusals }: Run): string {
  const counts = Map.groupBy(refusals, ({ status, code }) => (status === null ? (code ?? 'no answer') : `${status}`));
  return [...counts].map(([what, each]) => `${each.length} x ${what}`).join(', ') || 'none';
}
