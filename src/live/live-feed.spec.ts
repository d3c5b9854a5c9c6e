import { eventually } from '../../test/support/eventually.js';
import { anAccepted, FaultyLog } from '../../test/support/live-messages.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { SystemClock } from '../shared/time/clock.js';
import type { Batch, Entry } from './domain/batch.js';
import { LiveFeed } from './live-feed.js';

describe('a feed', () => {
  const clock = new SystemClock();
  let log: FaultyLog;
  let feed: LiveFeed;

  beforeEach(() => {
    log = new FaultyLog(clock);
    feed = new LiveFeed(log, clock, silentLogger, new Metrics());
  });

  const publish = (count: number): string[] => {
    const ids = Array.from({ length: count }, (_, n) => `evt_${n}`);
    for (const id of ids) feed.publish('one', anAccepted(id));
    return ids;
  };
  const idsIn = (batches: readonly Batch[]): string[] =>
    batches.flatMap(({ messages }) => messages.map(({ body }) => body.event_id));
  const entries = (): Promise<Entry[]> => log.list('one', '0-0', 1000);

  it('publishes all that waits before its process ends', async () => {
    let left: Entry[] = [];
    log.close = () => void entries().then((all) => (left = all));
    feed.watch('one');
    const ids = publish(1000);

    await feed.onApplicationShutdown();

    await eventually(() => idsIn(left.map(({ batch }) => batch)), { until: ({ length }) => length === ids.length });
    expect(idsIn(left.map(({ batch }) => batch))).toEqual(ids);
  });

  it('hands all that waits to its own viewers when the log does not take the first of it', async () => {
    const undelivered: Batch[] = [];
    let tried = 0;
    feed.onUndelivered = (_, batch) => {
      undelivered.push(batch);
      tried = log.tried;
    };
    log.away = 'appends';
    feed.watch('one');
    const ids = publish(900);

    await eventually(() => idsIn(undelivered), { until: ({ length }) => length >= 900 });

    expect(idsIn(undelivered)).toEqual(ids);
    expect(tried).toBe(1);
    await feed.onApplicationShutdown();
  });

  it('tells viewers since when they may have missed what it does, if it could not hear of them', async () => {
    const since = '2026-01-31T12:00:00.000Z';

    log.onWatched('one', Date.parse(since));

    const [entry] = await eventually(entries, { until: ({ length }) => length > 0 });
    expect(entry?.batch).toMatchObject({ messages: [], lostSince: since });
    await feed.onApplicationShutdown();
  });

  it('keeps what it knows of a tenant that is announced again', async () => {
    log.onWatched('one', null);
    log.onWatched('one', Date.parse('2026-01-31T12:00:00.000Z'));
    publish(1);

    const [entry] = await eventually(entries, { until: ({ length }) => length > 0 });

    expect(entry?.batch.lostSince).toBeNull();
    await feed.onApplicationShutdown();
  });
});
