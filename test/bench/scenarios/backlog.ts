import { setTimeout as delay } from 'node:timers/promises';
import { accepted, type Bed } from '../bed.js';
import { percentiles, type Measured, round, target } from '../measure.js';
import { assertExactlyOnce, endToEndMs, untilCounted } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';
import { runFanout, runSingle } from './throughput.js';

const EVENTS = 10_000;
const SUBSCRIPTIONS = 100;
const NEW_EVENTS_PER_SECOND = 20;
/**
 * Limits for new events, which must not wait behind a backlog. The p50 is absolute. The p99 is a share of the duration
 * of the drain, up to a maximum.
 */
const NOT_STARVED = { p50Ms: 100, p99Share: 0.05, p99Ms: 5000 };
/** Maximum duration of the drain. Its end stops the trickle of new events. */
const TRICKLE_TIMEOUT_MS = 3_600_000;
const MB = 1_048_576;

/**
 * A million deliveries wait, because all receivers hang. Then the receivers respond, while new events keep coming for
 * the same subscriptions.
 */
export const backlog: Scenario = {
  layouts: ['apart'],
  // Enough attempts to outlast the receivers, and short intervals, so that the last retry comes soon after the others.
  settings: { MAX_RETRIES: '100', INITIAL_RETRY_INTERVAL: '1', MAX_RETRY_INTERVAL: '5' },
  diskGb: 8,
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const { paths, targets } = await bed.subscribe(SUBSCRIPTIONS, { max_in_flight: 200 });
    const single = await runSingle({ ...trial, scale: trial.scale / 2 }, paths);
    const fanout = await runFanout(trial);

    const redis = await watchRedis(bed);
    await bed.receiver.reset();
    await bed.receiver.behave(targets, 'hang');
    const requests = scaled(trial, EVENTS, 20);
    const filling = await bed.load({ paths: ['/webhooks/bench.event'], requests, connections: 16 });
    const waiting = filling.accepted * SUBSCRIPTIONS;

    const jobs = await redis.jobs();
    const [parked] = await bed.query<{ count: number }>(PARKED);
    await bed.receiver.reset(newestOf(filling.times));
    const meter = bed.meter();
    const startedAt = performance.now();
    await bed.receiver.behave(targets, 'ok');
    const shape = { paths, requests: Number.MAX_SAFE_INTEGER, rate: NEW_EVENTS_PER_SECOND, connections: 16 };
    const trickle = await bed.startLoad({ ...shape, timeoutMs: TRICKLE_TIMEOUT_MS });
    await untilCounted(bed, 'delivered', waiting);
    trickle.stop();
    const fresh = accepted(await trickle.report);
    await untilCounted(bed, 'delivered', waiting + fresh.accepted);
    await bed.settled('drained');
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuUs = meter.usPerDelivery(waiting + fresh.accepted);
    const report = await bed.receiver.report();
    assertExactlyOnce(report, report.delivered, waiting + fresh.accepted);
    const { startMb, peakMb } = await redis.stop();

    const perSecond = (waiting + fresh.accepted) / seconds;
    const latencies = percentiles(endToEndMs(fresh, report));
    const share = (of: number): number => round((perSecond / of) * 100, 1);
    const drainMs = seconds * 1000;
    const mostP99 = Math.min(drainMs * NOT_STARVED.p99Share, NOT_STARVED.p99Ms);
    return {
      scenario: trial.scenario,
      deliveries_per_second: Math.round(perSecond),
      cpu_us_per_delivery: cpuUs,
      ingest_ms: percentiles(fresh.latenciesMs),
      end_to_end_ms: latencies,
      rss_mb: bed.memoryMb(),
      notes: {
        'deliveries that waited': waiting,
        'when the receivers came back: parked, jobs in Redis': `${parked!.count}, ${jobs}`,
        'accepted deliveries/s while filling': Math.round(waiting / filling.seconds),
        'seconds of the drain': round(seconds, 1),
        'new events meanwhile': fresh.accepted,
        'single, fanout deliveries/s': `${Math.round(single.perSecond)}, ${Math.round(fanout.perSecond)}`,
        ...target('Redis < 64 MB above its start', peakMb - startMb < 64, round(peakMb - startMb, 1)),
        ...target('drained at >= 70 % of single', share(single.perSecond) >= 70, `${share(single.perSecond)} %`),
        ...target('drained at >= 70 % of fanout', share(fanout.perSecond) >= 70, `${share(fanout.perSecond)} %`),
        ...target(
          `new events not starved (p50 <= ${NOT_STARVED.p50Ms} ms, p99 <= ${Math.round(mostP99)} ms)`,
          latencies !== null && latencies.p50 <= NOT_STARVED.p50Ms && latencies.p99 <= mostP99,
          `p50 ${latencies?.p50}, p99 ${latencies?.p99} of ${Math.round(drainMs)} ms`,
        ),
      },
    };
  },
};

const PARKED = 'select count(*)::int as count from open_deliveries where parked_at is not null';

/** Selects by id, because ids grow with time. */
function newestOf(times: readonly (readonly [eventId: string, atMs: number])[]): string {
  return times.reduce((newest, [eventId]) => (eventId > newest ? eventId : newest), '');
}

interface RedisWatch {
  /** Number of waiting jobs. */
  jobs(): Promise<number>;
  stop(): Promise<{ startMb: number; peakMb: number }>;
}

async function watchRedis(bed: Bed): Promise<RedisWatch> {
  const usedMb = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await bed.redis.info('memory'))![1]) / MB;
  await delay(500);
  const startMb = await usedMb();
  const sampler = bed.sampleEvery(200, usedMb);
  return {
    jobs: async () => {
      const lists = await bed.redis.keys('*:wait');
      const lengths = await Promise.all(lists.map((list) => bed.redis.llen(list)));
      return lengths.reduce((sum, length) => sum + length, 0);
    },
    stop: async () => {
      const peakMb = Math.max(...(await sampler.stop()));
      return { startMb, peakMb };
    },
  };
}
