import { eventually } from '../../test/support/eventually.js';
import { aBatch, anAccepted, FaultyLog } from '../../test/support/live-messages.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import { LIMITS } from '../shared/limits.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { SystemClock } from '../shared/time/clock.js';
import { parsePosition, type Position } from './domain/position.js';
import { TooManyViewers, ViewersFull } from './live.errors.js';
import { LiveFeed } from './live-feed.js';
import { LiveViewers, type ViewRequest } from './live-viewers.js';
import type { Viewer } from './viewer.js';

describe('the viewers of a process', () => {
  const clock = new SystemClock();
  let log: FaultyLog;
  let feed: LiveFeed;
  let viewers: LiveViewers;

  beforeEach(() => {
    const metrics = new Metrics();
    log = new FaultyLog(clock);
    feed = new LiveFeed(log, clock, silentLogger, metrics);
    viewers = new LiveViewers(log, feed, clock, silentLogger, metrics);
  });

  afterEach(async () => {
    viewers.onModuleDestroy();
    await feed.onApplicationShutdown();
  });

  const open = (tenantId: string, more: Partial<ViewRequest> = {}): Promise<Viewer> =>
    viewers.open({ tenantId, filter: () => true, last: null, recheck: () => Promise.resolve(), ...more });
  const textOf = ({ body }: Viewer): string => String(body.read() ?? '');
  /** Reads until the viewer has got some text. @returns all that it has got since the last read */
  const untilGot = async (viewer: Viewer, ...texts: readonly string[]): Promise<string> => {
    let got = '';
    return eventually(() => (got += textOf(viewer)), { until: (text) => texts.every((each) => text.includes(each)) });
  };
  const lastIdIn = (text: string): Position => parsePosition(/.*^id: (\S+)$/ms.exec(text)?.[1] ?? '')!;

  it('are bounded for each tenant and in all, and leave room when they leave', async () => {
    const opened: Viewer[] = [];
    for (let n = 0; n < LIMITS.viewers; n += 1) {
      opened.push(await open(`tenant-${Math.floor(n / LIMITS.viewersOfTenant)}`));
    }

    await expect(open('tenant-0')).rejects.toThrow(TooManyViewers);
    await expect(open('one-more')).rejects.toThrow(ViewersFull);
    opened[0]!.body.destroy();

    await eventually(() => open('one-more'));
  });

  it('make a feed publish for their tenant only', async () => {
    expect(feed.isWatched('one')).toBe(false);

    await open('one');

    expect(feed.isWatched('one')).toBe(true);
    expect(feed.isWatched('two')).toBe(false);
  });

  it('are refused, and told to connect again, once the process ends', async () => {
    const viewer = await open('one');

    viewers.onModuleDestroy();

    expect(textOf(viewer)).toContain('event: ended\ndata: {"code":"shutting_down"');
    await expect(open('one')).rejects.toThrow('Connect again');
  });

  it('stay while nobody can say whether their key is still valid', async () => {
    let checks = 0;
    const viewer = await open('one', {
      recheck: () => {
        checks += 1;
        return Promise.reject(new Error('PostgreSQL is away'));
      },
    });

    await eventually(() => checks, { until: (count) => count >= 2 });

    expect(viewer.isGone).toBe(false);
  });

  it('are refused if the process ends while they are admitted', async () => {
    let append: (value?: unknown) => void = () => undefined;
    log.untilAppended = new Promise((resolve) => (append = resolve));
    const opening = open('one');
    await eventually(() => log.tried, { until: (tried) => tried === 1 });

    viewers.onModuleDestroy();
    append();

    await expect(opening).rejects.toThrow('Connect again');
  });

  it('are told when they come while the log cannot be read', async () => {
    const first = await open('one');
    log.away = 'reads';
    await untilGot(first, 'event: degraded');

    const second = await open('one');
    expect(textOf(second)).toContain('event: degraded');
    log.away = 'nothing';

    await untilGot(second, 'event: recovered');
  });

  it('are told of a gap if the log lost something while it was away, although there is something newer', async () => {
    const viewer = await open('one');
    log.away = 'everything';
    await untilGot(viewer, 'event: degraded');
    log.lose();
    await log.appendElsewhere('one', aBatch([anAccepted('evt_newer')]));
    log.away = 'nothing';

    const text = await untilGot(viewer, 'event: recovered', 'evt_newer');

    expect(text).toContain('event: gap');
  });

  it('of several tenants are told of a gap each', async () => {
    const both = [await open('one'), await open('two')];
    log.away = 'everything';
    for (const viewer of both) await untilGot(viewer, 'event: degraded');
    log.lose();
    for (const tenant of ['one', 'two']) await log.appendElsewhere(tenant, aBatch([anAccepted('evt_newer')]));
    log.away = 'nothing';

    for (const viewer of both) expect(await untilGot(viewer, 'event: recovered')).toContain('event: gap');
  });

  it('that were elsewhere while this process lost messages are told so when they come here; those here got them', async () => {
    const here = await open('one');
    const last = lastIdIn(await untilGot(here, 'id: '));
    log.away = 'appends';
    feed.publish('one', anAccepted('evt_lost'));
    await untilGot(here, 'evt_lost');
    log.away = 'nothing';
    feed.publish('one', anAccepted('evt_later'));
    const seenHere = await untilGot(here, 'evt_later');

    const back = await open('one', { last });
    const seenThere = await untilGot(back, 'evt_later');

    expect(seenHere).not.toContain('event: gap');
    expect(seenThere).toContain('event: gap');
  });

  describe('that have missed more than fits into their buffer', () => {
    /** About 2 KB. */
    const large = (id: string): ReturnType<typeof anAccepted> => anAccepted(id, `order.${'x'.repeat(2000)}`);
    const largeBatch = (name: string): ReturnType<typeof aBatch> =>
      aBatch(Array.from({ length: 200 }, (_, n) => large(`evt_${name}_${n}`)));

    const openBehind = async (batches: number): Promise<Viewer> => {
      const first = await open('one');
      const last = lastIdIn(await untilGot(first, 'id: '));
      first.body.destroy();
      for (let n = 0; n < batches; n += 1) await log.appendElsewhere('one', largeBatch(`${n}`));
      const viewer = await open('one', { last });
      await eventually(() => viewer.body.readableLength, { until: (bytes) => bytes > 1_048_576 });
      return viewer;
    };

    it('get all of it, and go on from there', async () => {
      const [viewer, reading] = [await openBehind(3), await open('one')];
      feed.publish('one', anAccepted('evt_now'));
      await untilGot(reading, 'evt_now');

      const text = await untilGot(viewer, 'evt_now');

      expect(text).not.toContain('event: dropped');
      expect(text.match(/event: event.accepted/g)).toHaveLength(601);
    });

    it('are told of a gap if the log forgets faster than they read', async () => {
      const viewer = await openBehind(6);
      log.lose();
      await log.appendElsewhere('one', aBatch([anAccepted('evt_newer')]));

      const text = await untilGot(viewer, 'evt_newer');

      expect(text).toMatch(/event: gap[^]*evt_newer/);
    });
  });
});
