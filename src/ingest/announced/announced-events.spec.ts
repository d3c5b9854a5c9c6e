import { jest } from '@jest/globals';
import type { Outbox, TakenAnnouncement } from '../../announcements/index.js';
import type { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import type { Clock } from '../../shared/time/clock.js';
import type { Janitor } from '../../shared/time/janitor.js';
import { AnnouncedEvents } from './announced-events.js';
import type { AnnouncementOutcome, OperationalEvents } from './operational-events.js';

const DAY_MS = 86_400_000;
const START = new Date('2026-01-31T12:00:00Z');

describe('the publisher of announcements', () => {
  let waiting: TakenAnnouncement[];
  let takes: number;
  let removed: string[];
  let warned: string[];
  let outcomes: Record<string, AnnouncementOutcome | Error>;
  let ring: () => void;
  let publisher: AnnouncedEvents;
  let metrics: Metrics;

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    waiting = [];
    takes = 0;
    removed = [];
    warned = [];
    outcomes = {};
    const outbox = {
      take: (limit: number) => {
        takes += 1;
        const announcements = waiting.splice(0, limit);
        return Promise.resolve({ announcements, hasMore: announcements.length === limit });
      },
      remove: (ids: string[]) => {
        removed.push(...ids);
        return Promise.resolve();
      },
      onRing: (listener: () => void) => (ring = listener),
    };
    const events = {
      publish: ({ id }: TakenAnnouncement) => {
        const outcome = outcomes[id] ?? 'published';
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    };
    const clock = { nowMs: () => Date.now(), monotonicMs: () => Date.now() };
    const logger = { warn: (_: object, line: string) => warned.push(line), debug: () => undefined };
    metrics = new Metrics();
    publisher = new AnnouncedEvents(
      outbox as unknown as Outbox,
      events as OperationalEvents,
      clock as Clock,
      { next: () => 0.5 },
      metrics,
      logger as unknown as Logger,
      { add: () => undefined } as unknown as Janitor,
    );
    publisher.onApplicationBootstrap();
  });

  afterEach(() => {
    publisher.onModuleDestroy();
    jest.useRealTimers();
  });

  const announce = (...ids: string[]): void => {
    waiting.push(...ids.map((id) => ({ id, occurredAt: START, omitted: 0, content: null })));
  };
  const pass = (ms: number): Promise<unknown> => jest.advanceTimersByTimeAsync(ms);

  it('looks every five seconds for what other processes announced', async () => {
    announce('a');
    await pass(4999);
    expect(takes).toBe(0);
    await pass(1);
    expect([takes, removed]).toEqual([1, ['a']]);
    await pass(5000);
    expect(takes).toBe(2);
  });

  it('looks a quarter of a second after a ring, however often it rings meanwhile', async () => {
    for (let n = 0; n < 10; n += 1) {
      ring();
      await pass(24);
    }
    announce('a');
    await pass(10);
    expect([takes, removed]).toEqual([1, ['a']]);
  });

  it('goes on until nothing is due', async () => {
    announce(...Array.from({ length: 1203 }, (_, n) => `a${n}`));
    await pass(5000);
    expect([takes, removed.length]).toEqual([3, 1203]);
  });

  it('keeps what it could not publish, and publishes the rest', async () => {
    outcomes = { b: new Error('PostgreSQL is away.') };
    announce('a', 'b', 'c');
    await pass(5000);
    expect(removed).toEqual(['a', 'c']);
    expect(warned).toEqual(['announcement.not_published']);
  });

  it.each(['repeated', 'unwanted', 'too_many', 'pointless'] as const)('removes what is %s, and counts it', async (outcome) => {
    outcomes = { a: outcome };
    announce('a');
    await pass(5000);
    expect(removed).toEqual(['a']);
    expect(await metrics.render()).toContain(`webhook_announcements_total{outcome="${outcome}"} 1`);
  }); // prettier-ignore

  it('leaves what it cannot read to a later version, for a day', async () => {
    outcomes = { a: 'unreadable' };
    announce('a');
    await pass(5000);
    expect([removed, warned]).toEqual([[], []]);

    await pass(DAY_MS);
    announce('a');
    await pass(5000);
    expect([removed, warned]).toEqual([['a'], ['announcement.unreadable']]);
  });

  it('tries what always fails for a day', async () => {
    outcomes = { a: new Error('It is too large.') };
    announce('a');
    await pass(5000);
    expect(removed).toEqual([]);

    await pass(DAY_MS);
    announce('a');
    await pass(5000);
    expect(removed).toEqual(['a']);
    expect(await metrics.render()).toContain('webhook_announcements_total{outcome="failed"} 1');
  });

  it('lets tenants take turns', async () => {
    const of = (tenantId: string) =>
      ({ tenantId, type: 'webhooks.delivery.failed', data: { deliveryId: '' } }) as const;
    const given = [...Array.from({ length: 30 }, (_, n) => `a${n}`), 'b0'];
    waiting.push(...given.map((id) => ({ id, occurredAt: START, omitted: 0, content: of(id.charAt(0)) })));
    await pass(5000);
    expect(removed.slice(0, 3)).toEqual(['a0', 'b0', 'a1']);
  });

  it('looks no more after it was stopped', async () => {
    publisher.onModuleDestroy();
    ring();
    await pass(20_000);
    expect(takes).toBe(0);
  });
});
