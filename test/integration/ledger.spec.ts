import type { DataSource } from 'typeorm';
import { AttemptRepository } from '../../src/delivery/storage/attempt.repository.js';
import { deliveriesOf } from '../../src/ingest/first-deliveries.js';
import { DeliveryCommandRepository } from '../../src/delivery/storage/delivery-command.repository.js';
import { IngestRepository } from '../../src/ingest/ingest.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { MIGRATIONS } from '../../src/shared/database/migrations/index.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { deliveryUuid, eventUuidOf, firstUuidAt, newEventUuid, retryOrdinal } from '../../src/shared/ids/uuid.js';
import { LEDGER, LedgerRepository } from '../../src/status/ledger.repository.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { aFinishedAttempt, aNewEvent } from '../support/factories.js';
import { type DeliveryRepositories, deliveryRepositories } from '../support/delivery-repositories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const thisHourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

describe('the ledger, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let hotPath: HotPath;
  let ledger: LedgerRepository;
  let ingest: IngestRepository;
  let deliveries: DeliveryRepositories;
  let attempts: AttemptRepository;
  let commands: DeliveryCommandRepository;
  let rows: StoredRows;
  let subscriptionId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await migrationDataSource(database.url).initialize();
    const settings = parseSettings(fastSettings(database));
    hotPath = new HotPath(settings, silentLogger);
    const connections = new ApiConnections({ databasePoolSize: 5 });
    const tenantDatabase = new TenantDatabase(dataSource, connections);
    ledger = new LedgerRepository(tenantDatabase, new Transactions(dataSource, connections));
    ingest = new IngestRepository(hotPath, settings);
    deliveries = deliveryRepositories(hotPath, settings);
    attempts = new AttemptRepository(hotPath, new SystemClock());
    commands = new DeliveryCommandRepository(tenantDatabase);
    rows = new StoredRows(database);
  });

  beforeEach(async () => {
    await rows.clear();
    subscriptionId = await rows.subscription();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  /** Accepts an event with that many deliveries; returns their ids. */
  const accept = async (count: number, atMs = thisHourMs): Promise<string[]> => {
    const id = newEventUuid(atMs);
    const event = aNewEvent({ id, subscriptionIds: new Array<string>(count).fill(subscriptionId) });
    const made = deliveriesOf(event);
    await ingest.accept({ events: [event], deliveries: made, deliveriesAre: 'queued' });
    return made.map((each) => each.id);
  };
  const claim = (ids: readonly string[]) =>
    deliveries.claims.claim(ids.map((id) => ({ id, subscriptionId, attemptCount: 0, tenantId: 'default' })));
  const record = (id: string, decision: 'delivered' | 'failed') =>
    attempts.record([
      aFinishedAttempt({
        id,
        attempt: 1,
        decision: decision === 'failed' ? { next: decision, disablesSubscription: false } : { next: decision },
      }),
    ]);
  const list = (fromMs = thisHourMs - DAY_MS, toMs = thisHourMs + HOUR_MS) => ledger.list('default', fromMs, toMs);
  const openRetry = (id: string, newId: string) =>
    commands.openRetry(dataSource.manager, 'default', { id, newId, visibilitySeconds: 30, isNewMessage: false });
  const NOTHING = { delivered: 0, failed: 0, cancelled: 0, unfinished: 0 };

  it('counts every delivery of an hour once, whatever its outcome', async () => {
    const [pending, inFlight, delivered, failed, cancelled] = await accept(5);
    await claim([inFlight!, delivered!, failed!]);
    await record(delivered!, 'delivered');
    await record(failed!, 'failed');
    await commands.cancel(dataSource.manager, 'default', cancelled!);

    expect(pending).toBeDefined();
    expect(await list()).toEqual([
      { hour_ms: thisHourMs, accepted: 5, delivered: 1, failed: 1, cancelled: 1, unfinished: 2 },
    ]);
  });

  it('lists the hours of the events over several days, newest first', async () => {
    await accept(2);
    await accept(3, thisHourMs - HOUR_MS);
    await accept(1, thisHourMs - HOUR_MS + HOUR_MS - 1);
    await accept(4, thisHourMs - DAY_MS);
    expect((await list()).map((row) => [row.hour_ms - thisHourMs, row.accepted, row.unfinished])).toEqual([
      [0, 2, 2],
      [-HOUR_MS, 4, 4],
      [-DAY_MS, 4, 4],
    ]);
    expect(await list(thisHourMs - DAY_MS + HOUR_MS, thisHourMs)).toHaveLength(1);
  });

  it('counts a manual retry as one more', async () => {
    const [id] = await accept(1);
    await claim([id!]);
    await record(id!, 'delivered');
    const retryId = deliveryUuid(eventUuidOf(id!), retryOrdinal(0.5));
    expect(await openRetry(id!, retryId)).toBe(subscriptionId);

    expect(await list()).toEqual([{ ...NOTHING, hour_ms: thisHourMs, accepted: 2, delivered: 1, unfinished: 1 }]);

    expect(await openRetry(id!, retryId)).toBeNull();
    expect((await list())[0]!.accepted).toBe(2);
  });

  it('counts what a deleted subscription left as cancelled', async () => {
    const ids = await accept(3);
    await rows.setSubscriptionState(subscriptionId, SUBSCRIPTION.deleted);
    await deliveries.claims.settleUnclaimed(
      ids.map((id) => ({ id, subscriptionId, attemptCount: 0, tenantId: 'default' })),
    );
    expect(await list()).toEqual([{ ...NOTHING, hour_ms: thisHourMs, accepted: 3, cancelled: 3 }]);
  });

  it('shows a missing delivery', async () => {
    const [lost] = await accept(2);
    await database.query('delete from open_deliveries where id = $1', [lost]);
    expect(await list()).toEqual([{ ...NOTHING, hour_ms: thisHourMs, accepted: 2, unfinished: 1 }]);
  });

  it('keeps the events of other tenants separate', async () => {
    await accept(1);
    expect(await ledger.list('other', thisHourMs - DAY_MS, thisHourMs + HOUR_MS)).toEqual([]);
  });

  it('balances at every moment while deliveries finish', async () => {
    const ids = await accept(200);
    await claim(ids);
    const progress = { isOver: false };
    const finishing = (async () => {
      for (const id of ids) await record(id, 'delivered');
      progress.isOver = true;
    })();
    let looks = 0;
    do {
      const [row] = await list();
      expect(row!.delivered + row!.unfinished).toBe(200);
      looks += 1;
    } while (!progress.isOver || looks < 2);
    await finishing;
  });

  it('reads only the partitions of the days asked for', async () => {
    const bounds = [firstUuidAt(thisHourMs), firstUuidAt(thisHourMs + 1)];
    const plan = await dataSource.query<object[]>(`explain (format json) ${LEDGER}`, ['default', ...bounds]);
    const read = [...JSON.stringify(plan).matchAll(/"Relation Name":"\w+_(\d{8})"/g)].map(([, day]) => day);
    const day = new Date(thisHourMs).toISOString().slice(0, 10).replaceAll('-', '');
    expect(read).toEqual([day, day, day]);
  });
});

describe('the number of deliveries of events from before the ledger existed', () => {
  it('is computed by the migration', async () => {
    const database = await createTestDatabase();
    const rows = new StoredRows(database);
    const { id } = await rows.delivery({ subscriptionId: await rows.subscription() });
    const dataSource = await migrationDataSource(database.url).initialize();
    // Undoes every migration but the first, whose schema has no count.
    for (let left = MIGRATIONS.length; left > 1; left -= 1) await dataSource.undoLastMigration();

    // Some build indexes, which no transaction can contain.
    await dataSource.runMigrations({ transaction: 'each' });

    const counts = await database.query('select delivery_count from events where id = $1', [eventUuidOf(id)]);
    expect(counts).toEqual([{ delivery_count: 1 }]);
    await dataSource.destroy();
    await database.drop();
  });
});
