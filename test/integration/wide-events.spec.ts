import { DataSource } from 'typeorm';
import { TooManySubscriptions } from '../../src/ingest/ingest.errors.js';
import type { AddressedEvent } from '../../src/ingest/domain/new-event.js';
import { IngestRepository } from '../../src/ingest/ingest.repository.js';
import { type RunStep, WideEventRepository } from '../../src/ingest/wide-event.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { deliveryUuid, newEventUuid } from '../../src/shared/ids/uuid.js';
import { LIMITS } from '../../src/shared/limits.js';
import { SubscriptionsRepository } from '../../src/subscriptions/subscriptions.repository.js';
import type { Audience } from '../../src/subscriptions/audience.js';
import { readAudience } from '../../src/subscriptions/stored-look-ups.js';
import { cacheSettings, closeCaches, openCache } from '../support/subscription-caches.js';
import { aNewEvent } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const TENANT = 'acme';
const FINGERPRINT = Buffer.alloc(32, 7);
const atOnce: RunStep = (statement) => statement();

describe('an event that very many subscriptions want, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let hotPath: HotPath;
  let repository: WideEventRepository;
  let grouped: IngestRepository;
  let subscriptions: SubscriptionsRepository;
  let rows: StoredRows;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = parseSettings(fastSettings(database, { VISIBILITY_TIMEOUT: '30' }));
    dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
    hotPath = new HotPath(settings, silentLogger, { partitions: new PartitionKeeper(dataSource) });
    grouped = new IngestRepository(hotPath, settings);
    const connections = new ApiConnections(settings);
    const tenantDatabase = new TenantDatabase(dataSource, connections);
    repository = new WideEventRepository(
      new Transactions(dataSource, connections),
      tenantDatabase,
      grouped,
      hotPath,
      settings,
    );
    subscriptions = new SubscriptionsRepository(tenantDatabase);
    rows = new StoredRows(database);
  });

  beforeEach(async () => {
    await rows.clear();
    await database.query('truncate subscriptions, idempotency_keys');
  });

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  });

  const subscribe = async (count: number, tenantId: string, eventTypes: string, state = 0): Promise<void> => {
    await database.query(
      `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, state, created_at, updated_at)
       select gen_random_uuid(), $2, 'https://1.1.1.1/', $3::text[], '[]', $4, now(), now() from generate_series(1, $1)`,
      [count, tenantId, eventTypes, state],
    );
  };
  /** Creates subscriptions of a tenant, and others that do not want the event. */
  const subscribeMany = async (count: number): Promise<void> => {
    await subscribe(count - 5, TENANT, '{*}');
    await subscribe(3, TENANT, '{other,order.*}');
    await subscribe(2, TENANT, '{order.created}', 1);
    await subscribe(7, TENANT, '{*}', 2);
    await subscribe(7, TENANT, '{invoice.*}');
    await subscribe(7, 'another', '{*}');
  };
  const anEvent = (key?: string): ReturnType<typeof aNewEvent> =>
    aNewEvent({ tenantId: TENANT, idempotency: key === undefined ? null : { key, fingerprint: FINGERPRINT } });
  const countOf = async (table: string): Promise<number> => {
    const [row] = await database.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    return row!.count;
  };
  const everything = async (): Promise<number[]> =>
    Promise.all(['events', 'open_deliveries', 'idempotency_keys'].map(countOf));

  it('has a delivery for each of them, numbered in the order of their ids', async () => {
    await subscribeMany(12_005);
    const event = anEvent();

    expect(await repository.accept(event, 'queued', atOnce)).toBe(12_005);

    expect(await database.query('select id, delivery_count, tenant_id from events')).toEqual([
      { id: event.id, delivery_count: 12_005, tenant_id: TENANT },
    ]);
    const wanting = await database.query<{ id: string }>(
      `select id from subscriptions where tenant_id = $1 and state < 2 and event_types && '{*,order.*,order.created}' order by id`,
      [TENANT],
    );
    const opened = await database.query<{ id: string; subscription_id: string }>(
      'select id, subscription_id from open_deliveries where event_id = $1 and tenant_id = $2 order by id',
      [event.id, TENANT],
    );
    expect(opened).toEqual(wanting.map(({ id }, n) => ({ id: deliveryUuid(event.id, n + 1), subscription_id: id })));
    const open = await rows.open(deliveryUuid(event.id, 7000));
    expect(open).toMatchObject({ state: 0, attempt_count: 0, is_parked: false });
    expect(open!.due_in).toBeGreaterThan(20);
  });

  it('is due at once when it is not handed over', async () => {
    await subscribeMany(1005);
    const event = anEvent();
    await repository.accept(event, 'due', atOnce);
    expect((await rows.open(deliveryUuid(event.id, 1005)))!.due_in).toBeLessThanOrEqual(0);
  });

  it('reaches the subscriptions that wanted it at the beginning, whatever changes while it is written', async () => {
    await subscribeMany(6005);
    let steps = 0;
    const count = await repository.accept(anEvent(), 'queued', async (statement) => {
      const result = await statement();
      if ((steps += 1) === 2) {
        await database.query('update subscriptions set state = 2');
        await subscribe(100, TENANT, '{*}');
      }
      return result;
    });
    expect(count).toBe(6005);
    expect(await everything()).toEqual([1, 6005, 0]);
  });

  it('is not stored at all when any step of it fails', async () => {
    await subscribeMany(6005);
    for (const failing of [1, 2, 3, 4]) {
      let steps = 0;
      const fail: RunStep = (statement) =>
        (steps += 1) === failing ? Promise.reject(new Error(`no step ${failing}`)) : statement();
      await expect(repository.accept(anEvent('k'), 'queued', fail)).rejects.toThrow(`no step ${failing}`);
      expect(await everything()).toEqual([0, 0, 0]);
    }
  });

  it('is refused when it has too many deliveries, which are counted no further, and nothing of it is kept', async () => {
    const most = LIMITS.deliveriesPerEvent;
    await subscribe(most + 1, TENANT, '{*}');

    await expect(repository.accept(anEvent(), 'queued', atOnce)).rejects.toThrow(TooManySubscriptions);

    expect(await everything()).toEqual([0, 0, 0]);
    await subscribe(9, TENANT, '{*}');
    expect(await subscriptions.findAudience(TENANT, 'a')).toEqual({ count: most + 1, ids: null });
  });

  it('can be written by a process whose clock is wrong by days', async () => {
    await subscribeMany(12_005);
    const event = aNewEvent({ tenantId: TENANT, id: newEventUuid(Date.now() + 40 * 86_400_000) });

    expect(await repository.accept(event, 'queued', atOnce)).toBe(12_005);

    expect(await everything()).toEqual([1, 12_005, 0]);
  });

  it('is written once under one key', async () => {
    await subscribeMany(1005);
    expect(await repository.accept(anEvent('k'), 'queued', atOnce)).toBe(1005);
    expect(await repository.accept(anEvent('k'), 'queued', atOnce)).toBeNull();
    expect(await everything()).toEqual([1, 1005, 1]);
    expect(await grouped.findRequest(TENANT, 'k')).toMatchObject({ deliveryCount: 1005 });
  });

  it('keeps its tags', async () => {
    await subscribeMany(1005);
    const event = { ...anEvent(), tags: ['order-1234', 'customer-9'] };

    expect(await repository.accept(event, 'queued', atOnce)).toBe(1005);

    expect(await database.query('select tags from events')).toEqual([{ tags: event.tags }]);
    expect(
      await database.query('select tenant_id, tag from event_tags where event_id = $1 order by tag', [event.id]),
    ).toEqual([
      { tenant_id: TENANT, tag: 'customer-9' },
      { tenant_id: TENANT, tag: 'order-1234' },
    ]);
  });

  const expectAccepted = async (event: AddressedEvent): Promise<void> => {
    const { accepted } = await grouped.accept({ events: [event], deliveries: [], deliveriesAre: 'queued' });
    expect([...accepted]).toEqual([event.id]);
  };

  it('is written once when another process takes its key meanwhile', async () => {
    await subscribeMany(1005);
    const other = { ...anEvent('k'), subscriptionIds: [], deliveryCount: 0 };
    let steps = 0;
    const late = await repository.accept(anEvent('k'), 'queued', async (statement) => {
      if ((steps += 1) === 2) await expectAccepted(other);
      return statement();
    });
    expect(late).toBeNull();
    expect(await everything()).toEqual([1, 0, 1]);
  });

  it('lets others write under its key until it is nearly done', async () => {
    await subscribeMany(6005);
    const other = { ...anEvent('k'), subscriptionIds: [], deliveryCount: 0 };
    let steps = 0;
    await repository.accept(anEvent('k'), 'queued', async (statement) => {
      const result = await statement();
      // If the write waited for this transaction it would fail, because this transaction waits for the write.
      if ((steps += 1) === 3) await expectAccepted(other);
      return result;
    });
    expect(await everything()).toEqual([1, 0, 1]);
  });

  describe('and the look-up of its subscriptions', () => {
    it('names few of them, in order', async () => {
      await subscribeMany(12);
      const { count, ids } = await subscriptions.findAudience(TENANT, 'order.created');
      expect(count).toBe(12);
      expect(ids).toEqual(ids!.toSorted());
      expect(new Set(ids).size).toBe(12);
      expect(await subscriptions.findAudience(TENANT, 'invoice')).toMatchObject({ count: 7 });
      expect(await subscriptions.findAudience('nobody', 'a')).toEqual({ count: 0, ids: [] });
    });

    it('names none when there are many', async () => {
      await subscribe(1000, 'some', '{*}');
      expect((await subscriptions.findAudience('some', 'a')).ids).toHaveLength(1000);
      await subscribe(1, 'some', '{*}');
      expect(await subscriptions.findAudience('some', 'a')).toEqual({ count: 1001, ids: null });
    });

    it('fills no memory, however many types there are', async () => {
      await subscribe(20_000, TENANT, '{*}');
      const cache = openCache(cacheSettings({ SUBSCRIPTION_CACHE_TTL: '60' }));
      const before = process.memoryUsage().heapUsed;
      for (let n = 0; n < 200; n += 1) {
        const load = (): Promise<Audience> => subscriptions.findAudience(TENANT, `type.${n}`);
        expect(await cache.get(TENANT, `audience:type.${n}`, { load, read: readAudience })).toMatchObject({
          ids: null,
        });
      }
      closeCaches();
      // Four million ids take 250 MB.
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000);
    });
  });
});
