import { DataSource } from 'typeorm';
import { LaneReports } from '../../src/delivery/engine/lane-reports.js';
import { Lanes } from '../../src/delivery/engine/lanes/lanes.js';
import { LaneReportRepository } from '../../src/delivery/storage/lane-report.repository.js';
import { FORGET_LANES, lanesOf, type LaneTotals } from '../../src/delivery/storage/statements/busy-lanes.js';
import { WaitingDeliveriesRepository } from '../../src/delivery/storage/waiting-deliveries.repository.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { SystemRandom } from '../../src/shared/time/random.js';
import { admit } from '../support/lane-steps.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('what workers do for subscriptions, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rows: StoredRows;
  let hotPath: HotPath;
  let waiting: WaitingDeliveriesRepository;
  const [one, other] = [newUuid(Date.now()), newUuid(Date.now())];

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 5 }),
    ).initialize();
    rows = new StoredRows(database);
    const tenants = new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 5 }));
    hotPath = new HotPath({ databaseUrl: database.url, databasePoolSize: 2 }, silentLogger);
    waiting = new WaitingDeliveriesRepository(tenants);
  });

  beforeEach(() => rows.clear());

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  });

  /** The lanes of a worker, with its reports. */
  const worker = (): { lanes: Lanes; reports: LaneReports } => {
    const lanes = new Lanes(100);
    const reports = new LaneReports(
      lanes,
      new LaneReportRepository(hotPath),
      new SystemClock(),
      new SystemRandom(),
      silentLogger,
    );
    return { lanes, reports };
  };
  const totals = async (tenantId = 't'): Promise<Record<string, LaneTotals>> => {
    const found = await database.query<LaneTotals & { id: string }>(lanesOf('$2::uuid[]'), [tenantId, [one, other]]);
    return Object.fromEntries(found.map(({ id, ...lane }) => [id, lane]));
  };

  it('is the sum over all workers, as they last reported it', async () => {
    const [first, second] = [worker(), worker()];
    for (const { lanes, reports } of [first, second]) {
      admit(lanes, 3, one);
      lanes.takeReady();
      lanes.start(one, 20, 0);
      await reports.report();
    }
    expect(await totals()).toEqual({ [one]: { workers: 2, width: 16, in_flight: 2 } });

    admit(first.lanes, 1, other);
    await first.reports.report();
    expect((await totals())[other]).toEqual({ workers: 1, width: 1, in_flight: 0 });
    expect(await totals('another')).toEqual({});
  });

  it('is nothing once a lane has nothing to do, or its worker has ended', async () => {
    const { lanes, reports } = worker();
    lanes.noteBacklog({ subscriptionId: one, tenantId: 't' }, 0);
    lanes.noteBacklog({ subscriptionId: other, tenantId: 't' }, 0);
    await reports.report();
    lanes.setParked({ subscriptionId: one, tenantId: 't' }, false);
    await reports.report();
    expect(Object.keys(await totals())).toEqual([other]);

    await database.query(`update busy_lanes set reported_at = now() - interval '1 minute'`);
    expect(await totals()).toEqual({});
    await database.query(FORGET_LANES);
    expect(await database.query('select from busy_lanes')).toHaveLength(1);
    await database.query(`update busy_lanes set reported_at = now() - interval '6 minutes'`);
    await database.query(FORGET_LANES);
    expect(await database.query('select from busy_lanes')).toEqual([]);
  });

  it('is written only while a lane is busy, and once more after that', async () => {
    const written: number[] = [];
    const counting: Pick<LaneReportRepository, 'report'> = {
      report: (_, { length }) => Promise.resolve(void written.push(length)),
    };
    const lanes = new Lanes(100);
    const reports = new LaneReports(
      lanes,
      counting as LaneReportRepository,
      new SystemClock(),
      new SystemRandom(),
      silentLogger,
    );
    await reports.report();
    expect(written).toEqual([]);
    lanes.noteBacklog({ subscriptionId: one, tenantId: 't' }, 0);
    await reports.report();
    lanes.setParked({ subscriptionId: one, tenantId: 't' }, false);
    await reports.report();
    await reports.report();
    expect(written).toEqual([1, 0]);
  });

  it('leaves deliveries waiting, which are counted up to 10,001', async () => {
    const subscriptionId = await rows.subscription();
    await rows.deliveries(3, { subscriptionId, parkedIn: -5 });
    await rows.deliveries(2, { subscriptionId, dueIn: 60, attemptCount: 1 });
    await rows.deliveries(4, { subscriptionId, state: 1, attemptCount: 1, leaseIn: 60 });
    await rows.deliveries(1, { subscriptionId: await rows.subscription(), parkedIn: -5 });
    const count = () => waiting.count(dataSource.manager, 'default', subscriptionId);
    expect(await count()).toEqual({ waiting: 5, parked: 3 });
    await rows.deliveries(10_050, { subscriptionId, parkedIn: -5 });
    expect(await count()).toEqual({ waiting: 10_001, parked: 10_001 });
  });
});
