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
  let queue: { jobs: WakeUp[][]; waiting: number; isAway: boolean };
  let nowMs: number;
  let metrics: Metrics;
  let subject: DeliveryWakeUps;
  /** Deliveries of an event, as they are stored. */
  let opened: WakeUp[];

  beforeEach(() => {
    queue = { jobs: [], waiting: 0, isAway: false };
    nowMs = 1000;
    metrics = new Metrics();
    const refuse = () => Promise.reject(new Error('away'));
    const fake = {
      add: (jobs: WakeUp[][]) => (queue.isAway ? refuse() : Promise.resolve(void queue.jobs.push(...jobs))),
      depth: () => (queue.isAway ? refuse() : Promise.resolve(queue.waiting)),
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

  /** What is known a moment after it was asked for. */
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

  it('travel a hundred to a job', async () => {
    await added(250);
    expect(queue.jobs.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(await lost()).toBe('0');
  });

  it('are not wanted while the queue is full, and those that are on their way are added all the same', async () => {
    queue.waiting = 11;
    expect(await isTaking()).toBe(false);
    await added(3);
    expect(queue.jobs).toHaveLength(1);
    expect(await lost()).toBe('0');

    queue.waiting = 10;
    expect(await isTaking()).toBe(true);
  });

  it('become due at once when they are lost, until the queue answers again', async () => {
    expect(await isTaking()).toBe(true);
    queue.isAway = true;
    await added(2);
    expect(subject.isTakingJobs()).toBe(false);
    expect(await lost()).toBe('2');
    expect(madeDue).toEqual(['d0', 'd1']);
    expect(await isTaking()).toBe(false);
    await added(1);
    expect(await lost()).toBe('3');
    expect(madeDue).toHaveLength(3);

    queue.isAway = false;
    expect(await isTaking()).toBe(true);
    await added(1);
    expect(queue.jobs).toHaveLength(1);
  });

  it('count as lost when they are left because Redis is away, and not because the queue is full', async () => {
    queue.waiting = 11;
    expect(await isTaking()).toBe(false);
    subject.countUnqueued(4);
    expect(await lost()).toBe('0');

    queue.isAway = true;
    expect(await isTaking()).toBe(false);
    subject.countUnqueued(4);
    expect(await lost()).toBe('4');
  });

  describe('of an event with very many deliveries', () => {
    const addedIds = (): string[] => queue.jobs.flat().map(({ id }) => id);

    beforeEach(() => {
      opened = wakeUps(1300);
    });

    it('are added a few jobs at a time, and the next ones when these are nearly taken', async () => {
      queue.waiting = 3;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      expect(addedIds()).toEqual(opened.slice(0, 500).map(({ id }) => id));

      queue.waiting = 2;
      await all;
      expect(addedIds()).toEqual(opened.map(({ id }) => id));
    });

    it('become due at once when the queue is away', async () => {
      queue.isAway = true;
      await subject.addGradually('e', 't');
      expect(madeDue).toEqual(opened.map(({ id }) => id));
    });

    it('are left alone when they are due by themselves', async () => {
      queue.waiting = 100;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      nowMs += settings.visibilityTimeout * 1000 + 1;
      await all;
      expect(queue.jobs).toHaveLength(5);
    });

    it('are left alone when the process stops', async () => {
      queue.waiting = 100;
      const all = subject.addGradually('e', 't');
      await eventually(() => queue.jobs.length, { until: (count) => count === 5 });
      subject.beforeApplicationShutdown();
      await all;
      expect(queue.jobs).toHaveLength(5);
    });
  });
});
