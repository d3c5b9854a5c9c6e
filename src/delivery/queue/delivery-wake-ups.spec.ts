import { eventually } from '../../../test/support/eventually.js';
import { parseSettings } from '../../shared/config/settings.js';
import type { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import type { Clock } from '../../shared/time/clock.js';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryWakeUps } from './delivery-wake-ups.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { WakeUpRepository } from '../storage/wake-up.repository.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://unused', QUEUE_HIGH_WATER: '10' });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const wakeUps = (count: number): WakeUp[] =>
  Array.from({ length: count }, (_, n) => ({ id: `d${n}`, subscriptionId: 's', attemptCount: 0, tenantId: 't' }));

describe('the wake-ups of deliveries', () => {
  let madeDue: string[];
  let queue: { jobs: WakeUp[][]; waiting: number; isUnavailable: boolean };
  let nowMs: number;
  let metrics: Metrics;
  let subject: DeliveryWakeUps;
  /** Stored deliveries of an event. */
  let opened: WakeUp[];

  beforeEach(() => {
    queue = { jobs: [], waiting: 0, isUnavailable: false };
    nowMs = 1000;
    metrics = new Metrics();
    const refuse = () => Promise.reject(new Error('away'));
    const fake = {
      add: (jobs: WakeUp[][]) => (queue.isUnavailable ? refuse() : Promise.resolve(void queue.jobs.push(...jobs))),
      depth: () => (queue.isUnavailable ? refuse() : Promise.resolve(queue.waiting)),
    };
    const logger = { warn: () => undefined } as unknown as Logger;
    const clock = { monotonicMs: () => nowMs } as Clock;
    madeDue = [];
    opened = [];
    const repository = {
      makeDue: (ids: string[]) => Promise.resolve(void madeDue.push(...ids)),
      listFirst: (_: string, __: string, page: { after: string; limit: number }) => {
        const from = opened.findIndex(({ id }) => id === page.after) + 1;
        return Promise.resolve(opened.slice(from, from + page.limit));
      },
    };
    subject = new DeliveryWakeUps(
      fake as unknown as DeliveryQueue,
      repository as unknown as WakeUpRepository,
      clock,
      logger,
      metrics,
      settings,
    );
  });

  /** Refreshes the known state of the queue, and returns it. */
  const isTaking = async (): Promise<boolean> => {
    nowMs += 1000;
    expect(typeof subject.isTakingJobs()).toBe('boolean');
    await turn();
    return subject.isTakingJobs();
  };
  const lost = async (): Promise<string | undefined> =>
    /webhook_wake_ups_lost_total (\d+)/.exec(await metrics.render())?.[1];
  const added = async (count: number): Promise<void> => {
    subject.add(wakeUps(count));
    await turn();
    await turn();
  };

  it('are added in jobs of a hundred', async () => {
    await added(250);
    expect(queue.jobs.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(await lost()).toBe('0');
  });

  it('are added to a full queue, although it reports that it takes no jobs', async () => {
    queue.waiting = 11;
    expect(await isTaking()).toBe(false);
    await added(3);
    expect(queue.jobs).toHaveLength(1);
    expect(await lost()).toBe('0');

    queue.waiting = 10;
    expect(await isTaking()).toBe(true);
  });

  it('make their deliveries due at once while the queue is unavailable', async () => {
    expect(await isTaking()).toBe(true);
    queue.isUnavailable = true;
    await added(2);
    expect(subject.isTakingJobs()).toBe(false);
    expect(await lost()).toBe('2');
    expect(madeDue).toEqual(['d0', 'd1']);
    expect(await isTaking()).toBe(false);
    await added(1);
    expect(await lost()).toBe('3');
    expect(madeDue).toHaveLength(3);

    queue.isUnavailable = false;
    expect(await isTaking()).toBe(true);
    await added(1);
    expect(queue.jobs).toHaveLength(1);
  });

  it('count as lost if Redis is unavailable, but not if the queue is full', async () => {
    queue.waiting = 11;
    expect(await isTaking()).toBe(false);
    subject.countUnqueued(4);
    expect(await lost()).toBe('0');

    queue.isUnavailable = true;
    expect(await isTaking()).toBe(false);
    subject.countUnqueued(4);
    expect(await lost()).toBe('4');
  });

  describe('of an event with very many deliveries', () => {
    const addedIds = (): string[] => queue.jobs.flat().map(({ id }) => id);

    beforeEach(() => {
      opened = wakeUps(1300);
    });

    it('are added a few jobs at a time, and the next jobs when these are nearly taken', async () => {
      queue.waiting = 3;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      expect(addedIds()).toEqual(opened.slice(0, 500).map(({ id }) => id));

      queue.waiting = 2;
      await all;
      expect(addedIds()).toEqual(opened.map(({ id }) => id));
    });

    it('make their deliveries due at once if the queue is unavailable', async () => {
      queue.isUnavailable = true;
      await subject.addGradually('e', 't');
      expect(madeDue).toEqual(opened.map(({ id }) => id));
    });

    it('are no longer added once the deliveries are due anyway', async () => {
      queue.waiting = 100;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      nowMs += settings.visibilityTimeout * 1000 + 1;
      await all;
      expect(queue.jobs).toHaveLength(5);
    });

    it('are no longer added once the process stops', async () => {
      queue.waiting = 100;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      subject.beforeApplicationShutdown();
      await all;
      expect(queue.jobs).toHaveLength(5);
    });
  });
});
