import { Redis } from 'ioredis';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { LiveView, type ViewOptions } from '../support/live-view.js';
import { metricOf } from '../support/metric-of.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { WatchedRedis } from '../support/redis-sentinel.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceOptions, type ServiceProcess, startService } from '../support/service-process.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { parsePublicId } from '../../src/shared/ids/public-id.js';
import { LIMITS } from '../../src/shared/limits.js';

/** Messages at once, of which some are too many. */
const TOO_MANY = 4000;
/** More than the kernel and the service hold for a client that does not read. */
const FLOOD_BYTES = 30_000_000;
const LONG_TYPE = `flood.${'x'.repeat(120)}`;
/** Makes messages as large as they can be, so that a second's worth of them is more. */
const LONG_LABELS = {
  'x-event-type': LONG_TYPE,
  'x-event-tags': Array.from({ length: LIMITS.tags }, (_, n) => `${n}`.repeat(LIMITS.tagLength)).join(','),
};

describe('the live view when something fails', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let redis: FaultyRedis;
  let settings: Record<string, string>;
  const services: ServiceProcess[] = [];
  const views: LiveView[] = [];

  const setUp = async (): Promise<void> => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    redis = await FaultyRedis.start();
    settings = fastSettings(database, { ...PATIENT, REDIS_URL: redis.url });
  };
  const tearDown = async (): Promise<void> => {
    await Promise.all(services.splice(0).map((service) => service.kill()));
    await redis.stop();
    await receiver.close();
    await database.drop();
  };

  afterEach(() => {
    for (const view of views.splice(0)) view.close();
  });

  const start = async (entry: ServiceOptions['entry'], more: Record<string, string> = {}): Promise<ServiceProcess> => {
    const service = await startService({ entry, settings: { ...settings, ...more } });
    services.push(service);
    return service;
  };
  const open = async ({ url }: ServiceProcess, options: ViewOptions = {}): Promise<LiveView> => {
    const view = await LiveView.open(url, options);
    views.push(view);
    return view;
  };
  const subscribe = async ({ url }: ServiceProcess): Promise<string> => {
    const input = { target_url: receiver.url('/hook'), event_types: ['order.created', LONG_TYPE] };
    return (await new ApiClient(url).createSubscription(input)).id;
  };
  const publish = async ({ url }: ServiceProcess, subscription: string, labels: object = {}): Promise<string> =>
    (await new ApiClient(url).publish(subscription, {}, { 'x-event-type': 'order.created', ...labels })).event_id;
  /** Publishes until a view shows the event and its attempt. */
  const untilHeard = async (service: ServiceProcess, subscription: string, view: LiveView): Promise<void> => {
    await eventually(
      async () => {
        const id = await publish(service, subscription);
        await eventually(() => view.valuesOf('event.accepted', 'event_id'), { until: (ids) => ids.includes(id), timeoutMs: 1000 }); // prettier-ignore
        await eventually(() => view.valuesOf('delivery.attempted', 'event_id'), { until: (ids) => ids.includes(id), timeoutMs: 1000 }); // prettier-ignore
      },
      { timeoutMs: 60_000 },
    );
  };

  describe('of one process', () => {
    let service: ServiceProcess;

    beforeAll(async () => {
      await setUp();
      service = await start('main', { DATABASE_POOL_SIZE: '10' });
    });

    afterAll(tearDown);

    it('says so when Redis has lost what it kept, although no connection was lost', async () => {
      const subscription = await subscribe(service);
      const view = await open(service);
      await untilHeard(service, subscription, view);

      await redis.command('FLUSHALL');

      await eventually(() => view.of('gap'), { until: ({ length }) => length === 1 });
      await untilHeard(service, subscription, view);
    });

    it('counts the messages that would be too many for a viewer', async () => {
      const view = await open(service);
      await untilHeard(service, await subscribe(service), view);
      const api = new ApiClient(service.url);
      const { id } = await api.createSubscription({
        target_url: receiver.url('/many'),
        event_type: 'a',
        state: 'paused',
      });
      const { uuid: subscriptionId } = parsePublicId(id, 'sub');
      await new StoredRows(database).deliveries(TOO_MANY, { subscriptionId, parkedIn: 0 });

      await api.expect(204, 'DELETE', `/subscriptions/${id}`);

      const shown = (): number =>
        view.valuesOf('delivery.changed', 'subscription_id').filter((each) => each === id).length;
      const skipped = (): number =>
        view.valuesOf('skipped', 'skipped').reduce<number>((sum, each) => sum + Number(each), 0);
      await eventually(() => shown() + skipped(), { until: (all) => all === TOO_MANY });
      expect(skipped()).toBeGreaterThan(0);
      await untilHeard(service, await subscribe(service), view);
    });

    it('drops a viewer that stops reading, and nobody else notices', async () => {
      const subscription = await subscribe(service);
      const [stalled, reading] = [await open(service), await open(service)];
      await untilHeard(service, subscription, stalled);
      const dropped = (): Promise<number> => metricOf(service, 'webhook_stream_viewers_dropped_total');
      const before = await dropped();
      stalled.stopReading();

      let last = '';
      const bytes = (): number => JSON.stringify(reading.events).length;
      while (bytes() < FLOOD_BYTES && (await dropped()) === before) {
        const flood = Array.from({ length: 200 }, () => publish(service, subscription, LONG_LABELS));
        last = (await Promise.all(flood)).at(-1) ?? '';
      }
      await untilHeard(service, subscription, reading);

      expect(await dropped()).toBe(before + 1);
      expect(reading.hasEnded).toBe(false);
      expect(await new ApiClient(service.url).request('GET', `/events/${last}`)).toMatchObject({ status: 200 });
      stalled.goOnReading();
      await eventually(() => stalled.hasEnded, { until: Boolean });
    });
  });

  describe('of processes that end, or whose Redis does', () => {
    beforeEach(setUp);

    afterEach(tearDown);

    it('goes on at another process when its own is killed', async () => {
      const [dying, other] = [await start('main.api'), await start('main')];
      const subscription = await subscribe(other);
      const view = await open(dying);
      await untilHeard(other, subscription, view);

      await dying.kill();
      await eventually(() => view.hasEnded, { until: Boolean });
      const missed = [await publish(other, subscription), await publish(other, subscription)];
      const after = await open(other, { lastEventId: view.lastEventId });

      await eventually(() => after.valuesOf('delivery.attempted', 'event_id'), { until: (ids) => missed.every((id) => ids.includes(id)) }); // prettier-ignore
      expect(after.valuesOf('event.accepted', 'event_id')).toEqual(missed);
      expect(after.of('gap')).toEqual([]);
    });

    it('says that Redis is away and what may be missing, goes on in one process, and follows all when it is back', async () => {
      const [here, there] = [await start('main'), await start('main')];
      const subscription = await subscribe(here);
      const [view, elsewhere] = [await open(here), await open(there)];
      await untilHeard(here, subscription, view);
      await untilHeard(there, subscription, elsewhere);

      redis.kill();
      for (const each of [view, elsewhere])
        await eventually(() => each.of('degraded'), { until: ({ length }) => length === 1 });
      await untilHeard(here, subscription, view);
      await redis.restart();
      for (const each of [view, elsewhere])
        await eventually(() => each.of('recovered'), { until: ({ length }) => length === 1 });
      await untilHeard(here, subscription, elsewhere);
      await untilHeard(there, subscription, view);

      expect(elsewhere.of('gap').length).toBeGreaterThan(0);
      for (const event of ['event.accepted', 'delivery.attempted']) {
        for (const each of [view, elsewhere]) {
          const ids = each.valuesOf(event, 'event_id');
          expect(ids).toHaveLength(new Set(ids).size);
        }
      }
    });

    it.each(['main', 'main.api'] as const)('ends at once when %s shuts down, and says so', async (entry) => {
      const service = await start(entry, { SHUTDOWN_TIMEOUT: '30' });
      const view = await open(service);

      const stopping = service.stop();
      await eventually(() => view.hasEnded, { until: Boolean });

      expect(await stopping).toBe(0);
      expect(view.events.map(({ event, data }) => [event, data['code']])).toEqual([['ended', 'shutting_down']]);
      const log = service.logs.map(({ msg }) => msg);
      expect(log).not.toContain('shutdown.left_unanswered');
    });

    it('shows what all processes behind one port do, and ends with them', async () => {
      const service = await start('main', { PROCESSES: '2' });
      const subscription = await subscribe(service);
      const found = [await open(service), await open(service)];
      for (const view of found) await untilHeard(service, subscription, view);

      const ids = await Promise.all(Array.from({ length: 40 }, () => publish(service, subscription)));

      for (const view of found) {
        await eventually(() => view.valuesOf('delivery.attempted', 'event_id'), { until: (seen) => ids.every((id) => seen.includes(id)) }); // prettier-ignore
      }
      expect(await service.stop()).toBe(0);
      await eventually(() => found.every(({ hasEnded }) => hasEnded), { until: Boolean });
    });

    it('works on a Redis Cluster', async () => {
      const cluster = await RedisCluster.start(3);
      try {
        const [api, other] = [
          await start('main.api', { REDIS_URL: cluster.url }),
          await start('main', { REDIS_URL: cluster.url }),
        ];
        const subscription = await subscribe(api);
        const view = await open(api);

        await untilHeard(api, subscription, view);
        await untilHeard(other, subscription, view);

        const after = await open(other, { lastEventId: view.lastEventId });
        await untilHeard(api, subscription, after);
        expect(after.of('gap')).toEqual([]);
      } finally {
        await Promise.all(services.splice(0).map((service) => service.kill()));
        await cluster.stop();
      }
    });

    it('follows a failover of Sentinels', async () => {
      const watched = await WatchedRedis.start();
      try {
        const service = await start('main', { REDIS_URL: watched.url });
        const subscription = await subscribe(service);
        const view = await open(service);
        await untilHeard(service, subscription, view);

        watched.killMaster();
        await watched.untilReplaced();
        await eventually(() => view.of('recovered'), { until: ({ length }) => length === 1, timeoutMs: 60_000 });

        const elsewhere = await start('main', { REDIS_URL: watched.url });
        await untilHeard(elsewhere, subscription, view);
      } finally {
        await Promise.all(services.splice(0).map((service) => service.kill()));
        await watched.stop();
      }
    });

    it('needs no Redis in one process, where it goes on after a reconnection', async () => {
      const { REDIS_URL: _, ...embedded } = settings;
      const service = await startService({ entry: 'main', settings: embedded });
      services.push(service);
      const subscription = await subscribe(service);
      const view = await open(service);
      await untilHeard(service, subscription, view);
      view.close();
      const missed = [await publish(service, subscription), await publish(service, subscription)];

      const after = await open(service, { lastEventId: view.lastEventId });

      await eventually(() => after.valuesOf('delivery.attempted', 'event_id'), { until: (ids) => missed.every((id) => ids.includes(id)) }); // prettier-ignore
      expect(after.valuesOf('event.accepted', 'event_id')).toEqual(missed);
      expect(after.of('gap')).toEqual([]);
    });

    it('sends Redis no command while nobody watches', async () => {
      const service = await start('main', { DUE_SCAN_INTERVAL: '1' });
      const subscription = await subscribe(service);
      // What a full lane leaves to the queue publishes, too, so commands are told apart by their keys and channels.
      const commands: string[] = [];
      const monitor = await new Redis(redis.url).monitor();
      monitor.on('monitor', (_time, words: string[]) => commands.push(words.join(' ')));

      for (let n = 0; n < 20; n += 1) await publish(service, subscription);
      await redis.command('SET', 'seen', 'all');
      await eventually(() => commands, {
        until: (seen) => seen.includes('set seen all') || seen.includes('SET seen all'),
      });
      monitor.disconnect();

      expect(commands.filter((words) => words.includes(':live'))).toEqual([]);
      expect(await redis.command('KEYS', '*:live:*')).toEqual([]);
    });
  });
});
