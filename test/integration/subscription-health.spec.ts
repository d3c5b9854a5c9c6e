import { DataSource } from 'typeorm';
import { AuditRepository } from '../../src/access/audit/audit.repository.js';
import { AuditTrail } from '../../src/access/audit/audit-trail.js';
import { StoredAnnouncements } from '../../src/announcements/stored-announcements.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { type Step, SummingRepository } from '../../src/stats/summing/summing.repository.js';
import { SubscriptionDisabling } from '../../src/subscriptions/subscription-disabling.js';
import { SubscriptionsRepository } from '../../src/subscriptions/subscriptions.repository.js';
import type { Failing } from '../../src/vitals/domain/failing.js';
import { LongFailures } from '../../src/vitals/review/long-failures.js';
import { type FailingSubscription, ReviewRepository } from '../../src/vitals/review/review.repository.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import { cacheSettings, closeCaches, openCache } from '../support/subscription-caches.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY = 86_400;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** SQL of a time. */
const timeOf = (ms: number): string => `'${new Date(ms).toISOString()}'::timestamptz`;
/** SQL of the first minute that is summed up in a test; an hour begins with it. */
const BASE = timeOf(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 48 * HOUR_MS);

interface Summed {
  readonly status?: number | null;
  readonly error?: string | null;
  readonly count?: number;
}
interface FailingRow {
  readonly minute: number;
  readonly failures: number;
  readonly hours: number | null;
  readonly is_announced: boolean;
}

describe('a review of the health of subscriptions, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rows: StoredRows;
  let repository: ReviewRepository;
  let longFailures: LongFailures;
  let subscription: string;
  let other: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 10 }),
    ).initialize();
    rows = new StoredRows(database);
    const connections = new ApiConnections({ databasePoolSize: 10 });
    const clock = new SystemClock();
    const transactions = new Transactions(dataSource, connections);
    const announcements = new StoredAnnouncements();
    repository = new ReviewRepository(dataSource, announcements);
    const disabling = new SubscriptionDisabling(
      new SubscriptionsRepository(new TenantDatabase(dataSource, connections)),
      new AuditTrail(new AuditRepository(dataSource, connections), transactions, clock),
      announcements,
      openCache(cacheSettings({})),
      silentLogger,
      new Metrics(),
    );
    longFailures = new LongFailures(disabling, repository, clock, silentLogger);
  });

  beforeEach(async () => {
    await rows.clear();
    await database.query('delete from announcements');
    await database.query(
      `update stats_progress set started_at = ${BASE}, closed_until = ${BASE}, summed_from_hour = 0, kept_from = 'infinity'`,
    );
    await database.query(`update vitals_progress set reviewed_until = ${BASE}, watched_at = now()`);
    [subscription, other] = [await rows.subscription(), await rows.subscription()];
  });

  afterAll(async () => {
    closeCaches();
    await dataSource.destroy();
    await database.drop();
  });

  /** Sums of attempts in a minute, as they are stored when it is closed. A failure without a code is a 503. */
  const summed = (minute: number, { status = 503, error = null, count = 1 }: Summed = {}, id = subscription) =>
    database.query(
      `insert into delivery_stats (at, is_hour, tenant_id, subscription_id, event_type, kind, status_code, error_code, count)
       values (${BASE} + $1 * interval '1 minute', false, 'default', $2, 'order.created', 1, $3, $4, $5)`,
      [minute, id, status, error ?? (status === 503 ? 'bad_status' : null), count],
    );
  /** Reviews everything before a minute. */
  const review = async (untilMinute: number, days = 5): Promise<readonly FailingSubscription[]> => {
    await database.query(`update stats_progress set closed_until = ${BASE} + $1 * interval '1 minute'`, [untilMinute]);
    const found: FailingSubscription[] = [];
    for (let hasMore = true; hasMore;) {
      const reviewed = (await repository.review(days))!;
      found.push(...reviewed.toBeDisabled);
      hasMore = reviewed.hasMore;
    }
    return found;
  };
  /** Lets the service watch for some days, in which nothing is reviewed. */
  const watch = (days: number) =>
    database.query('update vitals_progress set watched_seconds = watched_seconds + $1, watched_at = now()', [
      days * DAY,
    ]);
  const failing = async (id = subscription): Promise<FailingRow | undefined> => {
    const [row] = await database.query<FailingRow>(
      `select (extract(epoch from failing_since - ${BASE}) / 60)::int as minute, failures::int as failures,
         counted_hours as hours, is_announced
       from failing_subscriptions where subscription_id = $1`,
      [id],
    );
    return row;
  };
  const announced = async (): Promise<string[]> => {
    const found = await database.query<{ event_type: string; stage: string | null }>(
      `select event_type, data->>'stage' as stage from announcements order by occurred_at`,
    );
    return found.map(({ event_type: type, stage }) => [type.replace(/^webhooks\.subscription\./, ''), stage].filter(Boolean).join(' ')); // prettier-ignore
  };
  const stateOf = async (id = subscription) => {
    const [row] = await database.query<{ state: number; reason: string | null; is_recent: boolean | null }>(
      `select state, disabled_reason as reason, disabled_at > now() - interval '1 minute' as is_recent
       from subscriptions where id = $1`,
      [id],
    );
    return row!;
  };
  /** Lets a subscription fail in 13 hours, and for almost five days. @returns the minute after the last failure */
  const failForLong = async (): Promise<number> => {
    for (let hour = 0; hour < 13; hour += 1) await summed(hour * 60, { count: 2 });
    await review(721);
    await watch(4.99);
    await summed(730);
    await review(731);
    return 731;
  };

  it('counts what failed after the last success, minute by minute', async () => {
    await summed(1, { count: 7 });
    await summed(2, { status: 200, count: 5 });
    await summed(2);
    await summed(3, { count: 2 });
    await summed(4, { status: null, error: 'timeout' });
    await summed(3, { status: 200 }, other);
    await review(5);

    expect(await failing()).toEqual({ minute: 3, failures: 3, hours: 1, is_announced: false });
    expect(await failing(other)).toBeUndefined();
    const hours = await database.query(
      'select subscription_id as id, succeeded::int as succeeded, failed::int as failed from subscription_hours order by failed',
    );
    expect(hours).toEqual([
      { id: other, succeeded: 1, failed: 0 },
      { id: subscription, succeeded: 5, failed: 11 },
    ]);
  });

  it('does not blame a receiver for what the service, its proxy or a client ended', async () => {
    for (const error of ['abandoned', 'proxy_failure', 'internal_error', 'cancelled', 'subscription_gone']) {
      await summed(1, { status: null, error, count: 9 });
    }
    await review(2);
    expect(await failing()).toBeUndefined();
  });

  it('ends the count with a single success, and tells those who were warned', async () => {
    await summed(0, { count: 9 });
    await review(1);
    await watch(1);
    await summed(1);
    await summed(1, { count: 5 }, other);
    await review(2);
    expect(await announced()).toEqual(['failing started']);

    await summed(2, { status: 204 });
    await summed(2, { status: 200 }, other);
    await review(3);
    expect([await failing(), await failing(other)]).toEqual([undefined, undefined]);
    expect(await announced()).toEqual(['failing started', 'recovered']);
  });

  it('warns at the start, half way and before the end, and then disables', async () => {
    for (let hour = 0; hour < 12; hour += 1) await summed(hour * 60, { count: 2 });
    await review(661);
    for (const [minute, days] of [
      [670, 0.1],
      [671, 2.4],
      [672, 2],
      [673, 0.5],
    ] as const) {
      await watch(days);
      await summed(minute);
      for (const found of await review(minute + 1)) await longFailures.end(found);
    }

    expect(await announced()).toEqual(['failing started', 'failing half_way', 'failing last_warning', 'disabled']);
    expect(await stateOf()).toEqual({ state: SUBSCRIPTION.disabled, reason: 'failing', is_recent: true });
    const [told] = await database.query<{ data: object }>(
      `select data from announcements where event_type = 'webhooks.subscription.disabled'`,
    );
    expect(told!.data).toMatchObject({ subscriptionId: subscription, reason: 'failing', consecutiveFailures: 28 });
    const audit = await database.query(
      `select actor, action, changed from audit_log where tenant_id = 'default' order by id desc limit 1`,
    );
    expect(audit).toEqual([{ actor: 'service', action: 'subscription.disabled', changed: ['state'] }]);
  });

  it('disables nobody before the next failure shows that the receiver still fails', async () => {
    const minute = await failForLong();
    await watch(3);
    expect(await review(minute + 5)).toEqual([]);
    await summed(minute + 5);
    expect((await review(minute + 6)).map(({ id }) => id)).toEqual([subscription]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is paused', () => rows.setSubscriptionState(subscription, SUBSCRIPTION.paused)],
    ['is deleted', () => database.query(`update subscriptions set state = 3, deleted_at = now() where id = $1`, [subscription])], // prettier-ignore
    ['has got another target', () => database.query(`update subscriptions set target_url = 'https://1.1.1.1/new'`)],
    ['succeeds', () => summed(732, { status: 200 })],
  ])('does not disable a subscription that %s at the last moment', async (_, happens) => {
    const minute = await failForLong();
    await watch(0.1);
    await summed(minute);
    await happens();
    expect(await review(minute + 2)).toEqual([]);
  });

  it('counts anew after a pause, so that a week of it disables nobody', async () => {
    await failForLong();
    await rows.setSubscriptionState(subscription, SUBSCRIPTION.paused);
    await review(800);
    await watch(7);
    await rows.setSubscriptionState(subscription, SUBSCRIPTION.active);
    await summed(801, { count: 500 });
    expect(await review(802)).toEqual([]);
    expect(await failing()).toMatchObject({ minute: 0, hours: 1 });
  });

  it('does not count a time in which the service was down or its clock was wrong', async () => {
    await failForLong();
    for (const [minute, gap] of [
      [740, `interval '-6 days'`],
      [741, `interval '1 hour'`],
    ] as const) {
      await database.query(`update vitals_progress set watched_at = now() + ${gap}`);
      await summed(minute);
      expect(await review(minute + 1)).toEqual([]);
    }
    // The clock went back last, so nothing counts that was counted before.
    expect(await failing()).toMatchObject({ hours: 1 });
  });

  it('does not count an outage in which no receiver answers', async () => {
    for (let hour = 0; hour < 13; hour += 1) {
      await summed(hour * 60, { status: null, error: 'timeout', count: 5 });
      await summed(hour * 60, { status: null, error: 'connection_refused', count: 5 }, other);
    }
    await review(721);
    for (let step = 0; step < 40; step += 1) {
      await database.query(`update vitals_progress set watched_at = now() - interval '290 seconds'`);
      await summed(730 + step, { status: null, error: 'timeout' });
      await review(731 + step);
    }
    const [progress] = await database.query<{ watched: number; doubt: number }>(
      `select watched_seconds as watched, doubt_seconds as doubt from vitals_progress`,
    );
    expect(progress!.watched).toBeLessThan(3700);
    expect(progress!.doubt).toBeGreaterThan(11_000);
  });

  it('reviews each minute once, however many processes try', async () => {
    await summed(1, { count: 6 });
    await database.query(`update stats_progress set closed_until = ${BASE} + interval '2 minutes'`);
    await Promise.all(Array.from({ length: 8 }, () => new ReviewRepository(dataSource, new StoredAnnouncements()).review(5))); // prettier-ignore
    expect(await failing()).toMatchObject({ failures: 6 });
  });

  it('leaves it to the history whether a receiver has really taken nothing', async () => {
    const minute = await failForLong();
    await watch(0.1);
    await summed(minute);
    const [found] = await review(minute + 1);
    const { id } = await rows.delivery({ subscriptionId: subscription, attemptCount: 2 });
    await database.query(
      `insert into attempts (delivery_id, number, tenant_id, started_at, status_code, is_late)
       values ($1, 1, 'default', now(), 200, true)`,
      [id],
    );

    await longFailures.end(found!);

    expect(await stateOf()).toMatchObject({ state: SUBSCRIPTION.active });
    expect(await failing()).toBeUndefined();
    expect((await announced()).at(-1)).toBe('recovered');
  });

  it('finds in the history a delivery that was delivered, and no attempt of before or of others', async () => {
    const hasSome = () => repository.hasSucceeded({ id: subscription, tenantId: 'default', failing: { sinceMs: Date.now() - HOUR_MS } as Failing }); // prettier-ignore
    const { id: open } = await rows.delivery({ subscriptionId: other, attemptCount: 1 });
    await database.query(
      `insert into attempts (delivery_id, number, tenant_id, started_at, status_code, is_late) values ($1, 1, 'default', now(), 200, true)`,
      [open],
    );
    expect(await hasSome()).toBe(false);
    const [wakeUp] = await rows.deliveries(1, { subscriptionId: subscription, state: 1, attemptCount: 1, leaseIn: 60 });
    const move = (state: number, ago: string) =>
      database.query(
        `with gone as (delete from open_deliveries where id = $1 returning *)
         insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, finished_at)
         select id, event_id, subscription_id, tenant_id, $2, 1, now() - $3::interval from gone`,
        [wakeUp!.id, state, ago],
      );
    await move(2, '2 hours');
    expect(await hasSome()).toBe(false);
    await database.query(`update deliveries set finished_at = now()`);
    expect(await hasSome()).toBe(true);
    await database.query('update deliveries set state = 3');
    expect(await hasSome()).toBe(false);
  });

  it('reads what the history was summed up to', async () => {
    const thisMinuteMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const minuteAgo = (minutes: number): string => timeOf(thisMinuteMs - minutes * MINUTE_MS);
    await database.query(
      `update stats_progress set started_at = ${minuteAgo(8)}, closed_until = ${minuteAgo(8)}, sampled_at = now() + interval '1 day'`,
    );
    await database.query(`update vitals_progress set reviewed_until = ${minuteAgo(8)}`);
    const wakeUps = await rows.deliveries(6, { subscriptionId: subscription, attemptCount: 1 });
    await database.query(`update events set accepted_at = ${minuteAgo(6)}`);
    for (const [n, { id }] of wakeUps.entries()) {
      await database.query(
        `insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code, recorded_at)
         values ($1, 1, 'default', now(), 12, $2, $3, ${minuteAgo(6)} + $4 * interval '20 seconds')`,
        [id, n === 2 ? 200 : 500, n === 2 ? null : 'bad_status', n],
      );
    }
    const summing = new SummingRepository(dataSource);
    for (let step: Step = 'sample'; step !== null;) step = await summing.step(step === 'open', 0);

    expect(await repository.review(5)).toEqual({ hasMore: false, toBeDisabled: [] });
    const [row] = await database.query(
      `select failures::int as failures, failing_since = ${minuteAgo(5)} as is_exact, last_status_code as status,
         last_error_code as error from failing_subscriptions`,
    );
    expect(row).toEqual({ failures: 3, is_exact: true, status: 500, error: 'bad_status' });
  });
});
