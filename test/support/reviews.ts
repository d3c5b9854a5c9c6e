import { DataSource } from 'typeorm';
import { AuditRepository } from '../../src/access/audit/audit.repository.js';
import { AuditTrail } from '../../src/access/audit/audit-trail.js';
import { type Announcement, Announcements } from '../../src/announcements/index.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { SubscriptionDisabling } from '../../src/subscriptions/subscription-disabling.js';
import { SubscriptionsRepository } from '../../src/subscriptions/subscriptions.repository.js';
import { LongFailures } from '../../src/vitals/review/long-failures.js';
import { type FailingSubscription, ReviewRepository } from '../../src/vitals/review/review.repository.js';
import { silentLogger } from './silent-logger.js';
import { StoredRows } from './stored-rows.js';
import { cacheSettings, closeCaches, openCache } from './subscription-caches.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const DAY_SECONDS = 86_400;
export const HOUR_MS = 3_600_000;

/** SQL of a time. */
export const timeOf = (ms: number): string => `'${new Date(ms).toISOString()}'::timestamptz`;

/** SQL of the first minute that is summed up in a test; an hour begins with it. */
export const BASE = timeOf(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 20 * HOUR_MS);

interface Summed {
  /** A 503 unless given. */
  readonly status?: number | null;
  readonly error?: string | null;
  readonly count?: number;
}

/** What is stored of a failing subscription. */
interface FailingState {
  /** Of its first failure. */
  readonly minute: number;
  readonly failures: number;
  readonly hours: number | null;
  readonly is_announced: boolean;
}

/** Keeps in memory what is announced. */
class KeptAnnouncements extends Announcements {
  readonly kept: Announcement[] = [];

  announce(_transaction: unknown, announcement: Announcement): Promise<void> {
    this.kept.push(announcement);
    return Promise.resolve();
  }
}

/** Reviews of the health of subscriptions, on sums that a test stores. Minutes count from `BASE`. */
export class Reviews {
  private constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly rows: StoredRows,
    readonly repository: ReviewRepository,
    readonly longFailures: LongFailures,
    private readonly announcements: KeptAnnouncements,
  ) {}

  static async start(): Promise<Reviews> {
    const database = await createTestDatabase();
    const options = dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 10 });
    const dataSource = await new DataSource(options).initialize();
    const connections = new ApiConnections({ databasePoolSize: 10 });
    const clock = new SystemClock();
    const announcements = new KeptAnnouncements();
    const repository = new ReviewRepository(dataSource, announcements);
    const audits = new AuditRepository(dataSource, connections);
    const disabling = new SubscriptionDisabling(
      new SubscriptionsRepository(new TenantDatabase(dataSource, connections)),
      new AuditTrail(audits, new Transactions(dataSource, connections), clock),
      announcements,
      openCache(cacheSettings({})),
      silentLogger,
      new Metrics(),
    );
    const longFailures = new LongFailures(disabling, repository, clock, silentLogger);
    return new Reviews(database, dataSource, new StoredRows(database), repository, longFailures, announcements);
  }

  async stop(): Promise<void> {
    closeCaches();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** Removes all rows between tests. @returns the ids of two subscriptions */
  async begin(): Promise<[string, string]> {
    await this.rows.clear();
    this.announcements.kept.length = 0;
    await this.database.query(
      `update stats_progress set started_at = ${BASE}, closed_until = ${BASE}, summed_from_hour = 0, kept_from = 'infinity'`,
    );
    await this.database.query(`update vitals_progress set reviewed_until = ${BASE}, watched_at = now()`);
    return [await this.rows.subscription(), await this.rows.subscription()];
  }

  /** Stores the sum of attempts in a minute, as when it is closed. */
  async sum(id: string, minute: number, { status = 503, error = null, count = 1 }: Summed = {}): Promise<void> {
    await this.database.query(
      `insert into delivery_stats (at, is_hour, tenant_id, subscription_id, event_type, kind, status_code, error_code, count)
       values (${BASE} + $1 * interval '1 minute', false, 'default', $2, 'order.created', 1, $3, $4, $5)`,
      [minute, id, status, error ?? (status === 503 ? 'bad_status' : null), count],
    );
  }

  /** Reviews everything before a minute. @returns the subscriptions to be disabled */
  async review(untilMinute: number): Promise<readonly FailingSubscription[]> {
    await this.database.query(`update stats_progress set closed_until = ${BASE} + $1 * interval '1 minute'`, [
      untilMinute,
    ]);
    const found: FailingSubscription[] = [];
    for (let hasMore = true; hasMore;) {
      const reviewed = (await this.repository.review(5))!;
      found.push(...reviewed.toBeDisabled);
      hasMore = reviewed.hasMore;
    }
    return found;
  }

  /** Lets the service watch for some days, in which nothing is reviewed. */
  async watch(days: number): Promise<void> {
    await this.database.query('update vitals_progress set watched_seconds = watched_seconds + $1, watched_at = now()', [
      days * DAY_SECONDS,
    ]);
  }

  /** Lets a subscription fail in 13 hours, and for almost five days. @returns the minute after the last failure */
  async failForLong(id: string): Promise<number> {
    for (let hour = 0; hour < 13; hour += 1) await this.sum(id, hour * 60, { count: 2 });
    await this.review(721);
    await this.watch(4.99);
    await this.sum(id, 730);
    await this.review(731);
    return 731;
  }

  /** Undefined if the subscription is not failing. */
  async failing(id: string): Promise<FailingState | undefined> {
    const [row] = await this.database.query<FailingState>(
      `select (extract(epoch from failing_since - ${BASE}) / 60)::int as minute, failures::int as failures,
         counted_hours as hours, is_announced
       from failing_subscriptions where subscription_id = $1`,
      [id],
    );
    return row;
  }

  /** What was announced: `failing started`, `recovered` and so on. */
  get announced(): string[] {
    return this.announcements.kept.map(({ type, data }) =>
      [type.replace('webhooks.subscription.', ''), ...('stage' in data ? [data.stage] : [])].join(' '),
    );
  }

  /** Data of the last announcement. */
  get lastTold(): object | undefined {
    return this.announcements.kept.at(-1)?.data;
  }

  /** Another process that reviews the same database. */
  another(): ReviewRepository {
    return new ReviewRepository(this.dataSource, this.announcements);
  }

  async stateOf(id: string): Promise<object> {
    const [row] = await this.database.query(
      `select state, disabled_reason as reason, disabled_at > now() - interval '1 minute' as is_recent
       from subscriptions where id = $1`,
      [id],
    );
    return row!;
  }
}
