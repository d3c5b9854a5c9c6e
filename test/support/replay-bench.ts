import { DataSource } from 'typeorm';
import { type Announcement, Announcements, type AnnouncingTransaction } from '../../src/announcements/index.js';
import { ReplayedDeliveries } from '../../src/delivery/api/replayed-deliveries.js';
import { DeliveryReport } from '../../src/delivery/report/delivery-report.js';
import { DeliveryHistoryRepository } from '../../src/delivery/storage/delivery-history.repository.js';
import { HistorySearchRepository } from '../../src/delivery/storage/history-search.repository.js';
import { ReplayedDeliveryRepository } from '../../src/delivery/storage/replayed-delivery.repository.js';
import { ReplaySearchRepository } from '../../src/delivery/storage/replay-search.repository.js';
import type { Replay, ReplayOrder } from '../../src/replays/domain/replay.js';
import { searchOf } from '../../src/replays/replay-filter.js';
import { ReplayRepository } from '../../src/replays/replay.repository.js';
import { DueReplayRepository } from '../../src/replays/running/due-replay.repository.js';
import { ReplayRemoval } from '../../src/replays/running/replay-removal.js';
import { ReplayRetention } from '../../src/replays/running/replay-retention.js';
import { ReplayStep } from '../../src/replays/running/replay-step.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { type Tx, Transactions } from '../../src/shared/database/transaction.js';
import { newUuid, type Uuid } from '../../src/shared/ids/uuid.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { Janitor } from '../../src/shared/time/janitor.js';
import { SystemRandom } from '../../src/shared/time/random.js';
import { aLiveFeed } from './a-live-feed.js';
import { eventually } from './eventually.js';
import { fastSettings } from './fast-settings.js';
import { aPastEvent, Past, type PastEvent } from './past-events.js';
import { silentLogger } from './silent-logger.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const TENANT = 'default';
const POOL_SIZE = 8;
const MOST = { most: 100_000, budgetMs: 60_000, beyondMs: 60_000 };

/** A delivery that a replay has opened. */
interface OpenedRow {
  readonly id: Uuid;
  readonly event_id: Uuid;
  readonly subscription_id: Uuid;
  readonly retry_of: Uuid | null;
  readonly replay_id: Uuid;
}

/** Rolls back instead of committing, as PostgreSQL does for a process that is killed. */
class KilledTransactions extends Transactions {
  override run<T>(tenantId: string | null, work: (tx: Tx) => Promise<T>): Promise<T> {
    return super.run(tenantId, async (tx) => {
      await work(tx);
      throw new Error('killed before the commit');
    });
  }
}

/** Keeps announcements in memory, even those whose transaction is rolled back. */
class KeptAnnouncements extends Announcements {
  constructor(private readonly announced: Announcement[]) {
    super();
  }

  announce(_transaction: AnnouncingTransaction, announcement: Announcement): Promise<void> {
    this.announced.push(announcement);
    return Promise.resolve();
  }
}

/** Replays and their steps on a database of their own, without workers: nothing is attempted. */
export class ReplayBench {
  readonly announced: Announcement[] = [];
  readonly replays: ReplayRepository;
  readonly step: ReplayStep;
  /** A step whose process is killed at its end. */
  readonly killedStep: ReplayStep;
  private readonly transactions: Transactions;
  private readonly replayed: ReplayedDeliveries;

  private constructor(
    readonly database: TestDatabase,
    readonly past: Past,
    private readonly dataSource: DataSource,
  ) {
    const clock = new SystemClock();
    const connections = new ApiConnections({ databasePoolSize: POOL_SIZE });
    const tenants = new TenantDatabase(dataSource, connections);
    const metrics = new Metrics();
    this.replays = new ReplayRepository(tenants);
    this.transactions = new Transactions(dataSource, connections);
    this.replayed = new ReplayedDeliveries(
      new ReplaySearchRepository(tenants, new HistorySearchRepository(tenants, clock, { retentionDays: 30 }), clock),
      new ReplayedDeliveryRepository(tenants),
      new DeliveryHistoryRepository(tenants),
      new DeliveryReport(metrics, aLiveFeed(), clock),
      metrics,
      new SystemRandom(),
      parseSettings(fastSettings(database)),
    );
    const announcements = new KeptAnnouncements(this.announced);
    this.step = new ReplayStep(this.transactions, this.replays, this.replayed, announcements);
    const killed = new KilledTransactions(dataSource, connections);
    this.killedStep = new ReplayStep(killed, this.replays, this.replayed, announcements);
  }

  static async start(): Promise<ReplayBench> {
    const database = await createTestDatabase();
    const options = dataSourceOptions({ databaseUrl: database.url, databasePoolSize: POOL_SIZE });
    return new ReplayBench(database, new Past(database), await new DataSource(options).initialize());
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** Stores events, each with one failed delivery, oldest first. */
  async failures(count: number, subscriptionId: Uuid): Promise<PastEvent[]> {
    const failed = { subscriptionId, status: 'failed', statusCode: 503, errorCode: 'bad_status' } as const;
    const events = Array.from({ length: count }, (_, n) =>
      aPastEvent({ atMs: Date.now() - (count - n) * 10, deliveries: [failed] }),
    );
    await this.past.store(events);
    return events;
  }

  /** Makes a replay of what failed, unless the order says otherwise, after counting what it matches. */
  async make(given: Partial<ReplayOrder> = {}): Promise<Replay> {
    // A replay takes what failed in an earlier millisecond than its own.
    const calledAt = await this.replayed.now(TENANT);
    const createdAt = await eventually(() => this.replayed.now(TENANT), {
      until: (now) => now > calledAt,
      intervalMs: 1,
    });
    const order: ReplayOrder = {
      kind: 'failed',
      ...{ filters: {}, subscriptionId: null, deliveryIds: null, wantedTypes: null, rate: 10_000 },
      createdAt,
      ...given,
    };
    const { count } =
      order.deliveryIds === null
        ? await this.replayed.count(TENANT, searchOf(order), MOST, 0)
        : { count: order.deliveryIds.length };
    const id = newUuid(createdAt.getTime());
    return this.transactions.run(TENANT, (tx) =>
      this.replays.insert(tx, TENANT, { ...order, id, matched: count, keyId: null }),
    );
  }

  async get({ id }: Pick<Replay, 'id'>): Promise<Replay> {
    const replay = await this.replays.find(TENANT, id);
    if (replay === null) throw new Error('The replay is gone');
    return replay;
  }

  /** Makes a step, as if its time had come. */
  async stepNow({ id }: Pick<Replay, 'id'>, step = this.step): Promise<Replay> {
    await this.database.query(`update replays set due_at = now(), send_at = least(send_at, now()) where id = $1`, [id]);
    await step.run({ id, tenantId: TENANT });
    return this.get({ id });
  }

  /** Changes a replay as a client does. */
  change({ id }: Pick<Replay, 'id'>, changes: Parameters<ReplayRepository['change']>[2]): Promise<Replay> {
    return this.transactions.run(TENANT, (tx) => this.replays.change(tx, { tenantId: TENANT, id }, changes));
  }

  /** Makes a step if its time has come. */
  async stepInTime({ id }: Pick<Replay, 'id'>): Promise<Replay> {
    await this.step.run({ id, tenantId: TENANT });
    return this.get({ id });
  }

  /** A step during whose search something happens. */
  stepWhile(work: () => Promise<unknown>): ReplayStep {
    const replayed = Object.assign(Object.create(this.replayed) as ReplayedDeliveries, {
      next: async (...given: Parameters<ReplayedDeliveries['next']>) => {
        const found = await this.replayed.next(...given);
        await work();
        return found;
      },
    });
    return new ReplayStep(this.transactions, this.replays, replayed, new KeptAnnouncements(this.announced));
  }

  /** Makes steps until so many are sent: on a busy machine, a step may find nothing in its time. */
  async untilSent(replay: Pick<Replay, 'id'>, count: number): Promise<Replay> {
    for (;;) {
      const now = await this.stepNow(replay);
      if (now.sent >= count || now.allSentAt !== null) return now;
    }
  }

  /** Makes steps until everything is sent, or something holds the replay. */
  async sendAll(replay: Pick<Replay, 'id'>): Promise<Replay> {
    for (;;) {
      const now = await this.stepNow(replay);
      if (now.allSentAt !== null || now.heldBy !== null || now.state !== 'running') return now;
    }
  }

  /** Starts what removes replays. @returns ends it */
  startRetention(): () => void {
    const janitor = new Janitor(silentLogger);
    const clock = new SystemClock();
    const settings = parseSettings(fastSettings(this.database));
    const removal = new ReplayRemoval(this.replays, this.replayed, this.transactions);
    const dueReplays = new DueReplayRepository(this.dataSource);
    new ReplayRetention(janitor, dueReplays, removal, clock, silentLogger, settings);
    janitor.onApplicationBootstrap();
    return () => {
      janitor.onModuleDestroy();
    };
  }

  /** What a replay has opened, in order of id, wherever it is by now. */
  opened({ id }: Pick<Replay, 'id'>): Promise<OpenedRow[]> {
    return this.database.query<OpenedRow>(
      `select d.id, d.event_id, d.subscription_id, d.retry_of, r.replay_id from replayed_deliveries r
       join (select id, event_id, subscription_id, retry_of from open_deliveries
         union all select id, event_id, subscription_id, retry_of from deliveries) d on d.id = r.delivery_id
       where r.replay_id = $1 order by d.id`,
      [id],
    );
  }

  /** Finishes open deliveries. @param state 2 delivered, 3 failed */
  async finish(state: number, ids?: readonly Uuid[]): Promise<void> {
    await this.database.query(
      `with gone as (delete from open_deliveries where $2::uuid[] is null or id = any($2) returning *)
       insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, finished_at, retry_of,
         created_at, webhook_id)
       select id, event_id, subscription_id, tenant_id, $1, 1, now(), retry_of, created_at, webhook_id from gone`,
      [state, ids ?? null],
    );
  }

  /** Stores a repeat of a delivery, opened now. @param state 0 pending, 2 delivered, 3 failed */
  async repeat(former: Uuid, id: Uuid, state: number): Promise<void> {
    await this.database.query(
      `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, retry_of, created_at)
       select $2, event_id, subscription_id, tenant_id, 'infinity', id, clock_timestamp() from deliveries where id = $1`,
      [former, id],
    );
    if (state !== 0) await this.finish(state, [id]);
  }
}
