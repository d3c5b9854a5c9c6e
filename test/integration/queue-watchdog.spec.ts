import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import type { Capacity } from '../../src/delivery/engine/capacity.js';
import type { DeliveryQueue, PartState } from '../../src/delivery/queue/delivery-queue.js';
import { QueueWatchdog } from '../../src/delivery/engine/queue-watchdog.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { Shutdown } from '../../src/shared/shutdown.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { aJob, openBull } from '../support/queues.js';
import { silentLogger } from '../support/silent-logger.js';
import { uniquePrefix } from '../support/test-redis.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://unused', QUEUE_SILENCE_TIMEOUT: '1' });

describe('the watchdog of a worker, on real Redis', () => {
  let redis: FaultyRedis;
  let prefix: string;
  let queue: ReturnType<typeof openBull>;
  let worker: { hasRoom: boolean };
  let watchdog: QueueWatchdog;
  let exitCodes: number[];
  let looks: number;
  /** Jobs that the worker has taken from each part. */
  let taken: number[];

  beforeEach(async () => {
    redis = await FaultyRedis.start();
    prefix = uniquePrefix();
    queue = openBull(redis.url, prefix, { queueShards: 2, failsFast: true });
    worker = { hasRoom: true };
    exitCodes = [];
    looks = 0;
    taken = [0, 0];
    const shutdown = new Shutdown(new SystemClock(), 0);
    shutdown.onRequested = (exitCode) => exitCodes.push(exitCode);
    const look = async (): Promise<PartState[]> => {
      const parts = await queue.look().finally(() => (looks += 1));
      return parts.map(({ waiting }, part) => ({ waiting, taken: taken[part]! }));
    };
    const counted: Pick<DeliveryQueue, 'look'> = { look };
    watchdog = new QueueWatchdog(
      counted as DeliveryQueue,
      worker as Capacity,
      shutdown,
      new SystemClock(),
      silentLogger,
      settings,
    );
  });

  afterEach(async () => {
    watchdog.stop();
    await redis.thaw();
    await queue.onApplicationShutdown();
    await redis.stop();
  });

  /** If a pause of this machine adds them twice, they wait just the same. */
  const add = (...jobs: WakeUp[][]): Promise<void> => eventually(() => queue.add(jobs));

  /** Waits for more checks than the allowed silence takes. */
  const untilChecked = async (): Promise<void> => {
    const before = looks;
    await eventually(() => looks - before, { until: (more) => more > 9 });
  };

  it('ends the worker when jobs wait and it takes none', async () => {
    await add(aJob('a'));
    watchdog.start();
    await eventually(() => exitCodes, { until: ({ length }) => length > 0 });
    expect(exitCodes).toEqual([1]);
  });

  describe('of a worker that takes jobs', () => {
    let taking: NodeJS.Timeout;

    const take = (...parts: number[]): void => {
      taking = setInterval(() => {
        for (const part of parts) taken[part]! += 1;
      }, 100);
    };

    afterEach(() => {
      clearInterval(taking);
    });

    it('leaves the worker alone, though other jobs always wait', async () => {
      await add(aJob('a'), aJob('b'));
      take(0, 1);
      watchdog.start();
      await untilChecked();
      expect(exitCodes).toEqual([]);
    });

    it('ends the worker when one of its queues is silent', async () => {
      await add(aJob('a'), aJob('b'));
      take(0);
      watchdog.start();
      await eventually(() => exitCodes, { until: ({ length }) => length > 0 });
      expect(exitCodes).toEqual([1]);
    });
  });

  it('leaves the worker alone when nothing waits', async () => {
    await eventually(() => queue.depth());
    watchdog.start();
    await untilChecked();
    expect(exitCodes).toEqual([]);
  });

  it('leaves the worker alone while it has no free slot', async () => {
    worker.hasRoom = false;
    await add(aJob('a'));
    watchdog.start();
    await untilChecked();
    expect(exitCodes).toEqual([]);
  });

  it('leaves the worker alone while Redis does not answer', async () => {
    await add(aJob('a'));
    redis.freeze();
    watchdog.start();
    await untilChecked();
    expect(exitCodes).toEqual([]);
  });
});
