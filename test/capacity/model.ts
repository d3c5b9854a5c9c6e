import type { Costs, Part, Shape, Units } from './units.js';

/** How much happens, per second or in a whole run. */
export interface Amounts {
  readonly events: number;
  readonly deliveries: number;
  /** Attempts beyond the first of each delivery. */
  readonly retries: number;
  /** Bytes of the payload of each event. */
  readonly payloadBytes: number;
}

/** What a cost is multiplied by. */
export type Factors = Readonly<Record<keyof Costs, number>>;
export const FACTORS = ['busy', 'event', 'delivery', 'retry', 'kilobyte'] as const satisfies (keyof Costs)[];

/** Payloads that pass through each part. PostgreSQL reads a payload again for a claim, which reads it once. */
const PAYLOADS: Readonly<Record<Part, (amounts: Amounts) => number>> = {
  api: ({ events }) => events,
  worker: ({ deliveries, retries }) => deliveries + retries,
  service: ({ events, deliveries, retries }) => events + deliveries + retries,
  postgres: ({ events, retries }) => events + retries,
  redis: () => 0,
};

/** The processes of the service. */
export interface Working {
  /** Their number, times the seconds that the amounts took. */
  readonly processSeconds: number;
  /**
   * Events per second from which a process is fully at work. Below, each event is written, claimed and recorded alone;
   * above, more and more of them together, so that the number of statements hardly grows.
   */
  readonly fullyFrom: number;
}

export function cpuFactors(part: Part, amounts: Amounts, { processSeconds, fullyFrom }: Working): Factors {
  const { events, deliveries, retries, payloadBytes } = amounts;
  const busy = Math.min(processSeconds, events / fullyFrom);
  const kilobyte = (PAYLOADS[part](amounts) * payloadBytes) / 1000;
  return { busy, event: events, delivery: deliveries, retry: retries, kilobyte };
}

export function walFactors(amounts: Amounts): Factors {
  const { events, deliveries, retries, payloadBytes } = amounts;
  return { busy: 0, event: events, delivery: deliveries, retry: retries, kilobyte: (events * payloadBytes) / 1000 };
}

export function totalOf(costs: Costs, factors: Factors): number {
  return FACTORS.reduce((sum, name) => sum + costs[name] * factors[name], 0);
}

/** CPU seconds of a part. 0 for a part that the shape does not have. */
export function cpuOf(
  units: Units,
  at: { shape: Shape; part: Part; processSeconds: number },
  amounts: Amounts,
): number {
  const parts: Partial<Record<Part, Costs>> = units.cpu[at.shape];
  const costs = parts[at.part];
  const working = { processSeconds: at.processSeconds, fullyFrom: units.fully_at_work[at.shape] };
  return costs === undefined ? 0 : totalOf(costs, cpuFactors(at.part, amounts, working));
}

export function walOf({ wal }: Units, amounts: Amounts): number {
  return totalOf(wal, walFactors(amounts));
}

/** Bytes that the tables grow by. @param keptBytes of each answer: headers and body */
export function diskOf({ disk }: Units, amounts: Amounts, keptBytes: number): number {
  const { events, deliveries, retries, payloadBytes } = amounts;
  return (
    events * (disk.event + (disk.kilobyte * payloadBytes) / 1000) +
    deliveries * disk.delivery +
    (deliveries + retries) * (disk.attempt + keptBytes)
  );
}

/**
 * Largest factor between a prediction and its measurement, in either direction, among the comparisons of that kind. 1
 * without comparisons. A comparison with 0 has no factor.
 */
export function largestFactor({ errors }: Units, isOf: (what: string) => boolean): number {
  return errors
    .filter(({ what, predicted, measured }) => isOf(what) && predicted > 0 && measured > 0)
    .reduce((largest, { predicted, measured }) => {
      return Math.max(largest, predicted / measured, measured / predicted);
    }, 1);
}
