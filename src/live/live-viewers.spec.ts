import { eventually } from '../../test/support/eventually.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import { LIMITS } from '../shared/limits.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { SystemClock } from '../shared/time/clock.js';
import { TooManyViewers, ViewersFull } from './live.errors.js';
import { LiveFeed } from './live-feed.js';
import { LiveViewers, type ViewRequest } from './live-viewers.js';
import { MemoryLog } from './memory-log.js';
import type { Viewer } from './viewer.js';

describe('the viewers of a process', () => {
  const clock = new SystemClock();
  let log: MemoryLog;
  let feed: LiveFeed;
  let viewers: LiveViewers;

  beforeEach(() => {
    const metrics = new Metrics();
    log = new MemoryLog(clock);
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
});
