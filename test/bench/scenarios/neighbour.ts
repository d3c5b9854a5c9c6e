import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import { until } from '../../../src/local/local-server.js';
import type { Bed, Subscribed } from '../bed.js';
import { type Notes, type Percentiles, percentiles, type Measured, target } from '../measure.js';
import { endToEndMs, LATE_MS, type Run, run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled, type Trial } from '../scenario.js';

const RATE = 1000;
const SECONDS = 10;
const MANY = 20;
/**
 * Noise: a p50 within these limits counts as unchanged. Equal runs differ by this factor on a shared machine. The part
 * in ms is the resolution of timers and of the receiver's clock, which matters only to a p50 below 2 ms.
 */
const NOISE = { factor: 1.3, ms: 0.5 };

/** Some receivers hang beside healthy ones: first one with a fifth of the events, then twenty with half of them. */
export const neighbour: Scenario = {
  layouts: ['apart'],
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const healthy = await bed.subscribe(MANY);
    const hanging = await bed.subscribe(MANY);
    const warmUpEvents = scaled(trial, 3000, 500);
    await warmUp(bed, { paths: healthy.paths, requests: warmUpEvents });

    const withoutOne = await observe(trial, healthy, healthy.paths, 0.8 * RATE);
    const withoutMany = await observe(trial, healthy, healthy.paths, 0.5 * RATE);
    await bed.receiver.behave(hanging.targets, 'hang');
    const withOne = await observe(trial, healthy, mix(healthy.paths, hanging.paths.slice(0, 1), 4), RATE);
    const withMany = await observe(trial, healthy, mix(healthy.paths, hanging.paths, 1), RATE);

    // Late deliveries must still arrive when slots are free.
    await bed.receiver.behave(hanging.targets, 'ok');
    await allDelivered(bed, healthy, warmUpEvents + sum([withoutOne, withoutMany, withOne, withMany]));
    const notes = {
      ...compare('one that hangs', withoutOne, withOne),
      ...compare(`${MANY} that hang`, withoutMany, withMany),
    };
    return { ...toResult(trial, withMany.measured, { notes }), end_to_end_ms: withMany.latencies };
  },
};

interface Observed {
  readonly measured: Run;
  /** Number of deliveries to healthy receivers. */
  readonly wanted: number;
  /** Number of these that were late. They count with a latency of LATE_MS. */
  readonly late: number;
  readonly latencies: Percentiles;
  /** Maximum number of deliveries to healthy receivers that were parked at the same time. */
  readonly parked: number;
}

/** Inserts a path of the second list after every few paths of the first. */
function mix(healthy: readonly string[], hanging: readonly string[], every: number): string[] {
  return healthy.flatMap((path, n) => {
    return (n + 1) % every === 0 ? [path, hanging[Math.floor(n / every) % hanging.length]!] : [path];
  });
}

/** Waits for the deliveries to healthy receivers, and measures only those. */
async function observe(trial: Trial, healthy: Subscribed, paths: readonly string[], rate: number): Promise<Observed> {
  const { bed } = trial;
  const ids = uuidsOf(healthy);
  const parking = bed.sampleEvery(100, async () => (await bed.query<{ count: number }>(PARKED, [ids]))[0]!.count);
  const rounds = Math.ceil(scaled(trial, rate * SECONDS, rate) / paths.length);
  const shape = { paths, requests: rounds * paths.length, rate };
  const wanted = rounds * healthy.paths.length;
  const measured = await run(bed, shape, { deliveries: wanted, until: 'answered' });
  const late = Math.max(0, wanted - measured.deliveries);
  const inTimeMs = endToEndMs(measured.load, measured.report, healthy.targets);
  const latencies = percentiles([...inTimeMs, ...Array.from({ length: late }, () => LATE_MS)])!;
  return { measured, wanted, late, latencies, parked: Math.max(...(await parking.stop())) };
}

/** @throws if a delivery to a healthy receiver is lost */
async function allDelivered(bed: Bed, healthy: Subscribed, wanted: number): Promise<void> {
  const ids = uuidsOf(healthy);
  const count = async (): Promise<number> => (await bed.query<{ count: number }>(DELIVERED, [ids]))[0]!.count;
  if (!(await until(async () => (await count()) >= wanted, 60_000))) {
    throw new Error(`Lost: ${await count()} of ${wanted} deliveries to healthy receivers are delivered`);
  }
}

function uuidsOf({ ids }: Subscribed): string[] {
  return ids.map((id) => parsePublicId(id, 'sub').uuid);
}

const sum = (observed: readonly Observed[]): number => observed.reduce((total, { wanted }) => total + wanted, 0);

const DELIVERED = `select count(*)::int as count from deliveries where subscription_id = any($1::uuid[]) and state = 2`;

const PARKED = `select count(*)::int as count from open_deliveries
  where parked_at is not null and subscription_id = any($1::uuid[])`;

function compare(beside: string, without: Observed, with_: Observed): Notes {
  const { p50, p99 } = with_.latencies;
  const mostP50 = Math.max(without.latencies.p50 * NOISE.factor, without.latencies.p50 + NOISE.ms);
  return {
    ...target(
      `beside ${beside}: p50 unchanged`,
      p50 <= mostP50,
      `${p50} ms, without ${without.latencies.p50} ms (noise: up to ${mostP50.toFixed(1)})`,
    ),
    ...target(
      `beside ${beside}: p99 <= 2 x without`,
      p99 <= 2 * without.latencies.p99,
      `${p99} ms, without ${without.latencies.p99} ms`,
    ),
    ...target(
      `beside ${beside}: none late by ${LATE_MS / 1000} s`,
      with_.late === 0,
      `${with_.late} of ${with_.wanted}`,
    ),
    ...target(
      `beside ${beside}: none parked that has a healthy receiver`,
      with_.parked === 0,
      `${with_.parked} at most, without ${without.parked}`,
    ),
  };
}
