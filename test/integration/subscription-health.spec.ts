import { type Step, SummingRepository } from '../../src/stats/summing/summing.repository.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { VitalsRepository } from '../../src/vitals/answers/vitals.repository.js';
import type { Failing } from '../../src/vitals/domain/failing.js';
import { READ_PROGRESS } from '../../src/vitals/review/review-statements.js';
import { BASE, HOUR_MS, Reviews, timeOf } from '../support/reviews.js';
import { SUBSCRIPTION } from '../support/stored-rows.js';

const MINUTE_MS = 60_000;

describe('a review of the health of subscriptions, on real PostgreSQL', () => {
  let reviews: Reviews;
  let subscription: string;
  let other: string;

  beforeAll(async () => {
    reviews = await Reviews.start();
  });

  beforeEach(async () => {
    [subscription, other] = await reviews.begin();
  });

  afterAll(() => reviews.stop());

  it('counts what failed after the last success, minute by minute', async () => {
    await reviews.sum(subscription, 1, { count: 7 });
    await reviews.sum(subscription, 2, { status: 200, count: 5 });
    await reviews.sum(subscription, 2);
    await reviews.sum(subscription, 3, { count: 2 });
    await reviews.sum(subscription, 4, { status: null, error: 'timeout' });
    await reviews.sum(other, 3, { status: 200 });
    await reviews.review(5);

    expect(await reviews.failing(subscription)).toEqual({ minute: 3, failures: 3, hours: 1, is_announced: false });
    expect(await reviews.failing(other)).toBeUndefined();
    const hours = await reviews.database.query(
      'select subscription_id as id, succeeded::int as succeeded, failed::int as failed from subscription_hours order by failed',
    );
    expect(hours).toEqual([
      { id: other, succeeded: 1, failed: 0 },
      { id: subscription, succeeded: 5, failed: 11 },
    ]);
  });

  it('does not blame a receiver for what the service, its proxy or a client ended', async () => {
    for (const error of ['abandoned', 'proxy_failure', 'internal_error', 'cancelled', 'subscription_gone']) {
      await reviews.sum(subscription, 1, { status: null, error, count: 9 });
    }
    await reviews.review(2);
    expect(await reviews.failing(subscription)).toBeUndefined();
  });

  it('ends the count with a single success, and tells those who were warned', async () => {
    await reviews.sum(subscription, 0, { count: 9 });
    await reviews.review(1);
    await reviews.watch(1);
    await reviews.sum(subscription, 1);
    await reviews.sum(other, 1, { count: 5 });
    await reviews.review(2);
    expect(reviews.announced).toEqual(['failing started']);

    await reviews.sum(subscription, 2, { status: 204 });
    await reviews.sum(other, 2, { status: 200 });
    await reviews.review(3);
    expect([await reviews.failing(subscription), await reviews.failing(other)]).toEqual([undefined, undefined]);
    expect(reviews.announced).toEqual(['failing started', 'recovered']);
  });

  it('warns at the start, half way and before the end, and then disables', async () => {
    for (let hour = 0; hour < 12; hour += 1) await reviews.sum(subscription, hour * 60, { count: 2 });
    await reviews.review(661);
    for (const [minute, days] of [
      [670, 0.1],
      [671, 2.4],
      [672, 2],
      [673, 0.5],
    ] as const) {
      await reviews.watch(days);
      await reviews.sum(subscription, minute);
      for (const found of await reviews.review(minute + 1)) await reviews.longFailures.end(found);
    }

    expect(reviews.announced).toEqual(['failing started', 'failing half_way', 'failing last_warning', 'disabled']);
    expect(await reviews.stateOf(subscription)).toEqual({
      state: SUBSCRIPTION.disabled,
      reason: 'failing',
      is_recent: true,
    });
    expect(reviews.lastTold).toMatchObject({
      subscriptionId: subscription,
      reason: 'failing',
      consecutiveFailures: 28,
    });
    const audit = await reviews.database.query(
      `select actor, action, changed from audit_log where tenant_id = 'default' order by id desc limit 1`,
    );
    expect(audit).toEqual([{ actor: 'service', action: 'subscription.disabled', changed: ['state'] }]);
  });

  it('disables nobody before the next failure shows that the receiver still fails', async () => {
    const minute = await reviews.failForLong(subscription);
    await reviews.watch(3);
    expect(await reviews.review(minute + 5)).toEqual([]);
    await reviews.sum(subscription, minute + 5);
    expect((await reviews.review(minute + 6)).map(({ id }) => id)).toEqual([subscription]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is paused', () => reviews.rows.setSubscriptionState(subscription, SUBSCRIPTION.paused)],
    ['is deleted', () => reviews.database.query(`update subscriptions set state = 3, deleted_at = now() where id = $1`, [subscription])], // prettier-ignore
    [
      'has got another target',
      () => reviews.database.query(`update subscriptions set target_url = 'https://1.1.1.1/new'`),
    ],
    ['succeeds', () => reviews.sum(subscription, 732, { status: 200 })],
  ])('does not disable a subscription that %s at the last moment', async (_, happens) => {
    const minute = await reviews.failForLong(subscription);
    await reviews.watch(0.1);
    await reviews.sum(subscription, minute);
    await happens();
    expect(await reviews.review(minute + 2)).toEqual([]);
  });

  it.each([
    ['another target', `target_url = 'https://1.1.1.1/new'`],
    ['been disabled and revived', 'state = 0'],
  ])('does not disable a subscription that has got %s since the review', async (_, changes) => {
    const minute = await reviews.failForLong(subscription);
    await reviews.watch(0.1);
    await reviews.sum(subscription, minute);
    const [found] = await reviews.review(minute + 1);
    await reviews.database.query(`update subscriptions set ${changes}, updated_at = now() where id = $1`, [
      subscription,
    ]);

    await reviews.longFailures.end(found!);

    expect(await reviews.stateOf(subscription)).toMatchObject({ state: SUBSCRIPTION.active });
    expect(reviews.announced).not.toContain('disabled');
  });

  it('does not disable again a subscription that is revived before the next review', async () => {
    const minute = await reviews.failForLong(subscription);
    await reviews.watch(0.1);
    await reviews.sum(subscription, minute);
    const [found] = await reviews.review(minute + 1);
    await reviews.longFailures.end(found!);
    expect(await reviews.stateOf(subscription)).toMatchObject({ state: SUBSCRIPTION.disabled });

    await reviews.rows.setSubscriptionState(subscription, SUBSCRIPTION.active);

    expect(await reviews.review(minute + 1)).toEqual([]);
    await reviews.sum(subscription, minute + 1);
    expect(await reviews.review(minute + 2)).toEqual([]);
    expect(await reviews.failing(subscription)).toMatchObject({ minute: 0, hours: 1 });
  });

  it('counts anew after a pause, so that a week of it disables nobody', async () => {
    await reviews.failForLong(subscription);
    await reviews.rows.setSubscriptionState(subscription, SUBSCRIPTION.paused);
    await reviews.review(800);
    await reviews.watch(7);
    await reviews.rows.setSubscriptionState(subscription, SUBSCRIPTION.active);
    await reviews.sum(subscription, 801, { count: 500 });
    expect(await reviews.review(802)).toEqual([]);
    expect(await reviews.failing(subscription)).toMatchObject({ minute: 0, hours: 1 });
  });

  it('does not count a time in which the service was down or its clock was wrong', async () => {
    await reviews.failForLong(subscription);
    for (const [minute, gap] of [
      [740, `interval '-6 days'`],
      [741, `interval '1 hour'`],
    ] as const) {
      await reviews.database.query(`update vitals_progress set watched_at = now() + ${gap}`);
      await reviews.sum(subscription, minute);
      expect(await reviews.review(minute + 1)).toEqual([]);
    }
    // The clock went back last, so nothing counts that was counted before.
    expect(await reviews.failing(subscription)).toMatchObject({ hours: 1 });
  });

  it('does not count an outage in which no receiver answers', async () => {
    for (let hour = 0; hour < 13; hour += 1) {
      await reviews.sum(subscription, hour * 60, { status: null, error: 'timeout', count: 5 });
      await reviews.sum(other, hour * 60, { status: null, error: 'connection_refused', count: 5 });
    }
    await reviews.review(721);
    for (let step = 0; step < 40; step += 1) {
      await reviews.database.query(`update vitals_progress set watched_at = now() - interval '290 seconds'`);
      await reviews.sum(subscription, 730 + step, { status: null, error: 'timeout' });
      await reviews.review(731 + step);
    }
    const [progress] = await reviews.database.query<{ watched: number; doubt: number }>(
      `select watched_seconds as watched, doubt_seconds as doubt from vitals_progress`,
    );
    expect(progress!.watched).toBeLessThan(3700);
    expect(progress!.doubt).toBeGreaterThan(11_000);
  });

  it('reviews each minute once, however many processes try', async () => {
    await reviews.sum(subscription, 59);
    await reviews.review(60);
    await reviews.sum(subscription, 61, { count: 6 });
    await reviews.database.query(`update stats_progress set closed_until = ${BASE} + interval '62 minutes'`);
    await Promise.all(Array.from({ length: 8 }, () => reviews.another().review(5))); // prettier-ignore
    expect(await reviews.failing(subscription)).toMatchObject({ failures: 7, hours: 2 });
  });

  it('keeps the count though its transaction began before another review ended', async () => {
    await reviews.sum(subscription, 59);
    await reviews.review(60);
    await reviews.sum(subscription, 61);
    await reviews.database.query(`update vitals_progress set watched_at = clock_timestamp() + interval '3 seconds'`);
    await reviews.review(62);
    expect(await reviews.failing(subscription)).toMatchObject({ failures: 2, hours: 2 });
  });

  it('reads the time after it has got the lock, not at the start of its transaction', async () => {
    const [read] = await reviews.dataSource.transaction(async (tx) => {
      const [begun] = await tx.query<{ ms: number }[]>(`select date_part('epoch', now()) * 1000 as ms`);
      const [progress] = await tx.query<{ now_ms: number }[]>(READ_PROGRESS);
      return [progress!.now_ms - begun!.ms];
    });
    expect(read).toBeGreaterThan(0);
  });

  it.each([
    ['tells of the recovery of an active subscription', SUBSCRIPTION.active, 'recovered'],
    ['does not say that a paused subscription takes deliveries', SUBSCRIPTION.paused, 'failing last_warning'],
  ])('leaves it to the history whether a receiver has really taken nothing, and %s', async (_, state, told) => {
    const minute = await reviews.failForLong(subscription);
    await reviews.watch(0.1);
    await reviews.sum(subscription, minute);
    const [found] = await reviews.review(minute + 1);
    const { id } = await reviews.rows.delivery({ subscriptionId: subscription, attemptCount: 2 });
    await reviews.database.query(
      `insert into attempts (delivery_id, number, tenant_id, started_at, status_code, is_late)
       values ($1, 1, 'default', now(), 200, true)`,
      [id],
    );

    await reviews.rows.setSubscriptionState(subscription, state);

    await reviews.longFailures.end(found!);

    expect(await reviews.stateOf(subscription)).toMatchObject({ state });
    expect(await reviews.failing(subscription)).toBeUndefined();
    expect(reviews.announced.at(-1)).toBe(told);
  });

  it('finds in the history a delivery that was delivered, and no attempt of before or of others', async () => {
    const hasSome = () => reviews.repository.hasSucceeded({ id: subscription, tenantId: 'default', failing: { sinceMs: Date.now() - HOUR_MS } as Failing }); // prettier-ignore
    const { id: open } = await reviews.rows.delivery({ subscriptionId: other, attemptCount: 1 });
    await reviews.database.query(
      `insert into attempts (delivery_id, number, tenant_id, started_at, status_code, is_late) values ($1, 1, 'default', now(), 200, true)`,
      [open],
    );
    expect(await hasSome()).toBe(false);
    const [wakeUp] = await reviews.rows.deliveries(1, {
      subscriptionId: subscription,
      state: 1,
      attemptCount: 1,
      leaseIn: 60,
    });
    const move = (state: number, ago: string) =>
      reviews.database.query(
        `with gone as (delete from open_deliveries where id = $1 returning *)
         insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, finished_at)
         select id, event_id, subscription_id, tenant_id, $2, 1, now() - $3::interval from gone`,
        [wakeUp!.id, state, ago],
      );
    await move(2, '2 hours');
    expect(await hasSome()).toBe(false);
    await reviews.database.query(`update deliveries set finished_at = now()`);
    expect(await hasSome()).toBe(true);
    await reviews.database.query('update deliveries set state = 3');
    expect(await hasSome()).toBe(false);
  });

  it('says that it counted what is reviewed, not what is only summed up', async () => {
    const connections = new ApiConnections({ databasePoolSize: 10 });
    const answers = new VitalsRepository(new TenantDatabase(reviews.dataSource, connections));
    const countedUntil = async () => (await answers.list('default', [subscription], 0)).countedUntil?.getTime() ?? null;
    await reviews.sum(subscription, 1);
    await reviews.review(2);
    await reviews.database.query(`update stats_progress set closed_until = ${BASE} + interval '5 minutes'`);
    const [expected] = await reviews.database.query<{ ms: number }>(
      `select date_part('epoch', ${BASE} + interval '2 minutes') * 1000 as ms`,
    );
    expect(await countedUntil()).toBe(expected!.ms);

    await reviews.database.query('update vitals_progress set reviewed_until = null');
    expect(await countedUntil()).toBeNull();
  });

  it('reads what the history was summed up to', async () => {
    const thisMinuteMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const minuteAgo = (minutes: number): string => timeOf(thisMinuteMs - minutes * MINUTE_MS);
    await reviews.database.query(
      `update stats_progress set started_at = ${minuteAgo(8)}, closed_until = ${minuteAgo(8)}, sampled_at = now() + interval '1 day'`,
    );
    await reviews.database.query(`update vitals_progress set reviewed_until = ${minuteAgo(8)}`);
    const wakeUps = await reviews.rows.deliveries(6, { subscriptionId: subscription, attemptCount: 1 });
    await reviews.database.query(`update events set accepted_at = ${minuteAgo(6)}`);
    for (const [n, { id }] of wakeUps.entries()) {
      await reviews.database.query(
        `insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code, recorded_at)
         values ($1, 1, 'default', now(), 12, $2, $3, ${minuteAgo(6)} + $4 * interval '20 seconds')`,
        [id, n === 2 ? 200 : 500, n === 2 ? null : 'bad_status', n],
      );
    }
    const summing = new SummingRepository(reviews.dataSource);
    for (let step: Step = 'sample'; step !== null;) step = await summing.step(step === 'open', 0);

    expect(await reviews.repository.review(5)).toEqual({ hasMore: false, toBeDisabled: [] });
    const [row] = await reviews.database.query(
      `select failures::int as failures, failing_since = ${minuteAgo(5)} as is_exact, last_status_code as status,
         last_error_code as error from failing_subscriptions`,
    );
    expect(row).toEqual({ failures: 3, is_exact: true, status: 500, error: 'bad_status' });
  });
});
