import { AttemptRepository } from '../../src/delivery/storage/attempt.repository.js';
import { NO_PHASES } from '../../src/delivery/domain/attempt-outcome.js';
import { readExchangeRecord } from '../../src/delivery/domain/exchange-record.js';
import type { FinishedAttempt } from '../../src/delivery/domain/finished-attempt.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { aFinishedAttempt, type AttemptGiven } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const SENT = { host: 'example.com', timestamp: 1, signature: 'v1,AA==', version: '0.1.0', own: '["X-A","b"]' };

describe('the record of attempts, on real PostgreSQL', () => {
  let database: TestDatabase;
  let hotPath: HotPath;
  let repository: AttemptRepository;
  let rows: StoredRows;
  let inFlight: { subscriptionId: string; state: number; attemptCount: number; leaseIn: number };

  beforeAll(async () => {
    database = await createTestDatabase();
    hotPath = new HotPath(parseSettings(fastSettings(database)), silentLogger);
    repository = new AttemptRepository(hotPath, new SystemClock());
    rows = new StoredRows(database);
  });

  beforeEach(async () => {
    await rows.clear();
    inFlight = { subscriptionId: await rows.subscription(), state: 1, attemptCount: 2, leaseIn: 5 };
  });

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  const attemptOf = (id: string, given: Omit<AttemptGiven, 'id'> = {}): FinishedAttempt =>
    aFinishedAttempt({ id, attempt: 2, ...given });

  it('moves a delivered delivery into the history, with its identity', async () => {
    const { id } = await rows.delivery(inFlight);
    await database.query('update open_deliveries set retry_of = $1, created_at = $2', [id, '2026-01-02T03:04:05Z']);
    const [before] = await database.query('select * from open_deliveries');

    expect(await repository.record([attemptOf(id)])).toEqual(new Set([id]));

    expect(await rows.open(id)).toBeUndefined();
    const [after] = await database.query<Record<string, unknown>>('select * from deliveries');
    expect(after).toMatchObject({ state: 2, attempt_count: 2, last_status_code: 200, last_error_code: null });
    for (const column of ['id', 'event_id', 'subscription_id', 'tenant_id', 'retry_of', 'created_at']) {
      expect(after![column]).toEqual((before as Record<string, unknown>)[column]);
    }
    expect(await rows.attempts(id)).toMatchObject([{ number: 2, status_code: 200, error_code: null, is_late: false }]);
  });

  it.each([
    ['in time', 2],
    ['late', 3],
  ])('keeps the time of the start of a result that waited for PostgreSQL and came %s', async (_, attemptCount) => {
    const { id } = await rows.delivery({ ...inFlight, attemptCount });
    const held = attemptOf(id, { result: { durationMs: 100 }, ageMs: 60_000 });

    const recorded = await repository.record([held]);
    if (recorded.size === 0) await repository.recordLate([held]);

    const age = `select extract(epoch from now() - started_at) >= 60 as is_old, duration_ms from attempts`;
    expect(await database.query(age)).toEqual([{ is_old: true, duration_ms: 100 }]);
  });

  it('moves a failed delivery into the history, with its last error', async () => {
    const { id } = await rows.delivery(inFlight);
    const error = { code: 'timeout' as const, message: 'no complete answer within 1 s' };
    const decision = { next: 'failed' as const, disablesSubscription: false };

    await repository.record([attemptOf(id, { result: { statusCode: null, error }, decision })]);

    expect(await rows.open(id)).toBeUndefined();
    const [finished] = await database.query('select * from deliveries');
    const last = { last_status_code: null, last_error_code: error.code, last_error_message: error.message };
    expect(finished).toMatchObject({ state: 3, attempt_count: 2, ...last });
    expect(await rows.attempts(id)).toMatchObject([{ number: 2, status_code: null, error_code: 'timeout' }]);
  });

  it('returns a delivery that will be retried to pending, due after its delay', async () => {
    const { id } = await rows.delivery(inFlight);
    const result = { statusCode: 500, error: { code: 'bad_status' as const, message: 'answered 500' } };

    const recorded = await repository.record([attemptOf(id, { result, decision: { next: 'retry', delayMs: 90_500 } })]);

    expect(recorded).toEqual(new Set([id]));
    const open = await rows.open(id);
    expect(open).toMatchObject({ state: 0, attempt_count: 2, is_parked: false });
    expect(open!.due_in).toBeGreaterThan(85);
    expect(open!.due_in).toBeLessThanOrEqual(90.5);
    expect(await rows.finished(id)).toBeUndefined();
    expect(await rows.attempts(id)).toMatchObject([{ number: 2, status_code: 500, error_code: 'bad_status' }]);
  });

  it('keeps the details of each attempt, in a group of different outcomes, days and answers', async () => {
    const payloads = [Buffer.from([0, 255, 10]), Buffer.alloc(0), Buffer.alloc(4096, 7), Buffer.from('Zoë')];
    const ids: string[] = [];
    for (const day of [0, 1, 0, 1]) {
      ids.push((await rows.delivery({ ...inFlight, atMs: Date.now() - day * DAY_MS })).id);
    }
    const decisions = [
      { next: 'delivered' },
      { next: 'retry', delayMs: 1000 },
      { next: 'failed', disablesSubscription: true },
      { next: 'delivered' },
    ] as const;
    const group = ids.map((id, n) =>
      attemptOf(id, {
        decision: decisions[n]!,
        result: {
          statusCode: 200 + n,
          durationMs: n + 0.6,
          responseBody: payloads[n]!,
          responseHeaders: { n: `${n}` },
          phases: { ...NO_PHASES, waitMs: n },
          sent: n === 1 ? null : { ...SENT, host: `${n}.example.com` },
        },
      }),
    );

    expect(await repository.record(group)).toEqual(new Set(ids));

    const states = await Promise.all(ids.map(async (id) => (await rows.finished(id))?.state));
    expect(states).toEqual([2, undefined, 3, 2]);
    for (const [n, id] of ids.entries()) {
      const attempt = await database.query<Record<string, unknown>>(
        `select status_code, duration_ms, response_headers, response_body, exchange, tenant_id,
           extract(epoch from now() - started_at)::float8 as age from attempts where delivery_id = $1`,
        [id],
      );
      const headers = JSON.stringify({ n: `${n}` });
      expect(attempt).toMatchObject([
        { status_code: 200 + n, duration_ms: n + 1, response_headers: headers, tenant_id: 'default' },
      ]);
      expect((attempt[0]!['response_body'] as Buffer).equals(payloads[n]!)).toBe(true);
      const { phases, sent } = group[n]!.result;
      expect(readExchangeRecord((attempt[0]!['exchange'] as Buffer).toString())).toEqual({ phases, sent });
      expect(attempt[0]!['age']).toBeLessThan(10);
    }
  });

  it('keeps the storable part of a text that PostgreSQL would refuse', async () => {
    const { id } = await rows.delivery(inFlight);
    const error = { code: 'bad_status' as const, message: 'a\0b\ud800c' };
    const result = { statusCode: 500, error, responseHeaders: { 'x-odd': 'd\0e\udfff' } };

    await repository.record([attemptOf(id, { result })]);

    const [attempt] = await database.query<{ error_message: string; response_headers: string }>(
      'select error_message, response_headers from attempts',
    );
    expect(attempt!.error_message).toBe('ab\ufffdc');
    expect(JSON.parse(attempt!.response_headers)).toHaveProperty('x-odd');
  });

  it.each([
    ['was taken over under a later number', { attemptCount: 3 }],
    ['was put back to pending', { state: 0 }],
  ])('leaves alone a delivery that %s', async (_, since) => {
    const { id } = await rows.delivery({ ...inFlight, ...since });
    const before = await database.query('select * from open_deliveries');
    for (const decision of [{ next: 'delivered' }, { next: 'retry', delayMs: 1 }] as const) {
      expect(await repository.record([attemptOf(id, { decision })])).toEqual(new Set());
    }
    expect(await database.query('select * from open_deliveries')).toEqual(before);
    expect(await rows.finished(id)).toBeUndefined();
    expect(await rows.attempts(id)).toEqual([]);
  });

  it('records the others of a group when one is late', async () => {
    const late = await rows.delivery({ ...inFlight, attemptCount: 3 });
    const onTime = await rows.delivery(inFlight);
    expect(await repository.record([attemptOf(late.id), attemptOf(onTime.id)])).toEqual(new Set([onTime.id]));
    expect(await rows.finished(onTime.id)).toMatchObject({ state: 2 });
    expect(await rows.open(late.id)).toMatchObject({ state: 1, attempt_count: 3 });
  });

  it('records an attempt once, even if two calls write the same result at the same time', async () => {
    const { id } = await rows.delivery(inFlight);
    const twice = await Promise.all([repository.record([attemptOf(id)]), repository.record([attemptOf(id)])]);
    expect(twice.map(({ size }) => size).sort()).toEqual([0, 1]);
    expect(await rows.attempts(id)).toHaveLength(1);
  });

  describe('of a delivery that could not be attempted', () => {
    const claimOf = (id: string, attempt = 2) => ({ delivery: { id, attempt }, delayMs: 90_500 });

    it('is empty: the delivery is pending as if never claimed, and due after its delay', async () => {
      const [one, other] = [await rows.delivery(inFlight), await rows.delivery({ ...inFlight, attemptCount: 1 })];

      expect(await repository.postpone([claimOf(other.id, 1), claimOf(one.id)])).toEqual(new Set([one.id, other.id]));

      expect(await rows.open(one.id)).toMatchObject({ state: 0, attempt_count: 1, is_parked: false });
      expect(await rows.open(other.id)).toMatchObject({ state: 0, attempt_count: 0, is_parked: false });
      const dueIn = (await rows.open(one.id))!.due_in;
      expect(dueIn).toBeGreaterThan(85);
      expect(dueIn).toBeLessThanOrEqual(90.5);
      expect(await rows.attempts(one.id)).toEqual([]);
    });

    it.each([
      ['was taken over under a later number', { attemptCount: 3 }],
      ['was put back to pending', { state: 0 }],
    ])('leaves alone a delivery that %s', async (_, since) => {
      const { id } = await rows.delivery({ ...inFlight, ...since });
      const before = await database.query('select * from open_deliveries');
      expect(await repository.postpone([claimOf(id)])).toEqual(new Set());
      expect(await database.query('select * from open_deliveries')).toEqual(before);
    });
  });

  describe('of a late result', () => {
    it('changes only the row of its attempt', async () => {
      const { id } = await rows.delivery({ ...inFlight, attemptCount: 3 });
      const before = await database.query('select * from open_deliveries');
      const responseBody = Buffer.from([0, 1, 255]);

      const exchange = { phases: { ...NO_PHASES, readMs: 7 }, sent: SENT };
      const late = [attemptOf(id, { result: { statusCode: 202, responseBody, ...exchange } })];
      expect(await repository.recordLate(late)).toEqual(new Set([id]));

      expect(await rows.attempts(id)).toMatchObject([{ number: 2, status_code: 202, is_late: true }]);
      expect((await rows.attempts(id))[0]!.response_body!.equals(responseBody)).toBe(true);
      const [kept] = await database.query<{ exchange: Buffer }>('select exchange from attempts');
      expect(readExchangeRecord(kept!.exchange.toString())).toEqual(exchange);
      expect(await database.query('select * from open_deliveries')).toEqual(before);
      expect(await rows.finished(id)).toBeUndefined();
    });

    it('replaces the row that was written when the attempt was given up', async () => {
      const { id } = await rows.delivery({ ...inFlight, attemptCount: 3 });
      await database.query(
        `insert into attempts (delivery_id, number, tenant_id, started_at, error_code, error_message)
         values ($1, 2, 'default', now(), 'abandoned', 'The worker stopped')`,
        [id],
      );

      expect(await repository.recordLate([attemptOf(id)])).toEqual(new Set([id]));

      const attempts = await database.query(
        'select number, status_code, error_code, error_message, is_late from attempts',
      );
      expect(attempts).toEqual([{ number: 2, status_code: 200, error_code: null, error_message: null, is_late: true }]);
    });

    it('does not arise from an attempt that was recorded in time by a call whose answer was lost', async () => {
      const { id } = await rows.delivery(inFlight);
      const attempt = attemptOf(id);
      await repository.record([attempt]);
      const recorded = await rows.attempts(id);

      expect(await repository.record([attempt])).toEqual(new Set());
      expect(await repository.recordLate([attempt])).toEqual(new Set());

      expect(await rows.attempts(id)).toEqual(recorded);
      expect(recorded).toMatchObject([{ number: 2, is_late: false }]);
    });

    it('is kept for a delivery that has since ended', async () => {
      const { id } = await rows.delivery({ ...inFlight, attemptCount: 3 });
      await repository.record([attemptOf(id, { attempt: 3 })]);
      await repository.recordLate([attemptOf(id, { result: { statusCode: 500 } })]);
      expect(await rows.attempts(id)).toMatchObject([
        { number: 2, status_code: 500, is_late: true },
        { number: 3, status_code: 200, is_late: false },
      ]);
      expect(await rows.finished(id)).toMatchObject({ state: 2, attempt_count: 3, last_status_code: 200 });
    });
  });
});
