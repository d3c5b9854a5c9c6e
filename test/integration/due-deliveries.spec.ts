import { WakeUpRepository } from '../../src/delivery/storage/wake-up.repository.js';
import type { DeliveryRepositories } from '../support/delivery-repositories.js';
import { type DeliveryStorage, startDeliveryStorage } from '../support/delivery-storage.js';
import type { StoredRows } from '../support/stored-rows.js';
import type { TestDatabase } from '../support/test-database.js';

describe('a due delivery, on real PostgreSQL', () => {
  let storage: DeliveryStorage;
  let database: TestDatabase;
  let repository: DeliveryRepositories;
  let rows: StoredRows;
  let subscriptionId: string;

  beforeAll(async () => {
    storage = await startDeliveryStorage({ VISIBILITY_TIMEOUT: '30', DATABASE_POOL_SIZE: '10' });
    ({ database, repository, rows } = storage);
  });

  beforeEach(async () => {
    await rows.clear();
    subscriptionId = await rows.subscription();
  });

  afterAll(() => storage.stop());

  it('is woken with its number of attempts, and is due again after the visibility timeout', async () => {
    const lost = await rows.delivery({ subscriptionId, dueIn: -1 });
    const retry = await rows.delivery({ subscriptionId, dueIn: -2, attemptCount: 3 });

    const { wakeUps, failed } = await repository.due.takeDue(10, null);

    expect(failed).toEqual([]);
    expect(wakeUps.sort((a, b) => a.attemptCount - b.attemptCount)).toEqual([lost, retry]);
    const open = await rows.open(retry.id);
    expect(open).toMatchObject({ state: 0, attempt_count: 3, abandoned_count: 0 });
    expect(open!.due_in).toBeGreaterThan(25);
    expect(open!.due_in).toBeLessThan(31);
    expect(await rows.attempts(retry.id)).toEqual([]);
    expect(await repository.due.takeDue(10, null)).toEqual({ wakeUps: [], failed: [], isComplete: true });
  });

  it('is neither one that waits for its time, nor a parked one, nor one in flight under a living lease', async () => {
    await rows.delivery({ subscriptionId, dueIn: 30 });
    await rows.delivery({ subscriptionId, parkedIn: -60 });
    const living = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, dueIn: -60, leaseIn: 30 });

    expect(await repository.due.takeDue(10, null)).toEqual({ wakeUps: [], failed: [], isComplete: true });

    expect(await rows.open(living.id)).toMatchObject({ state: 1, attempt_count: 1, abandoned_count: 0 });
    expect(await rows.attempts(living.id)).toEqual([]);
  });

  it('is found again when its lease has expired, if it was in flight at its time', async () => {
    const { id } = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, dueIn: -60, leaseIn: 60 });
    await repository.due.takeDue(10, null);
    const { due_in: dueIn, lease_in: leaseIn } = (await rows.open(id))!;
    // Longer than the visibility timeout.
    expect(dueIn).toBeGreaterThan(31);
    expect(dueIn).toBe(leaseIn);
  });

  it('is left alone when it has been due for longer than the scan looks back', async () => {
    await rows.delivery({ subscriptionId, dueIn: -60 });
    const recent = await rows.delivery({ subscriptionId, dueIn: -5 });
    expect((await repository.due.takeDue(10, 30)).wakeUps).toEqual([recent]);
    expect((await repository.due.takeDue(10, null)).wakeUps).toHaveLength(1);
  });

  it('is reported as the last one when there were fewer than asked for', async () => {
    await rows.deliveries(3, { subscriptionId, dueIn: -1 });
    expect(await repository.due.takeDue(2, null)).toMatchObject({ isComplete: false });
    expect(await repository.due.takeDue(2, null)).toMatchObject({ isComplete: true });
  });

  it('is returned to pending when it was in flight past its lease, and its attempt is abandoned', async () => {
    const { id } = await rows.delivery({ subscriptionId, state: 1, attemptCount: 2, dueIn: -1, leaseIn: -1 });

    const { wakeUps, failed } = await repository.due.takeDue(10, null);

    const wakeUp = { id, subscriptionId, attemptCount: 2, tenantId: 'default' };
    expect({ wakeUps, failed }).toEqual({ wakeUps: [wakeUp], failed: [] });
    expect(await rows.open(id)).toMatchObject({ state: 0, attempt_count: 2, abandoned_count: 1 });
    expect(await rows.attempts(id)).toMatchObject([
      { number: 2, error_code: 'abandoned', status_code: null, is_late: false },
    ]);
    const [claimed] = await repository.claims.claim(wakeUps);
    expect(claimed).toMatchObject({ id, attempt: 3, abandonedCount: 1 });
  });

  it.each([
    ['the default', null],
    ["its subscription's", 7000],
  ])('has an abandoned attempt that started with its lease, by %s timeout', async (_, timeoutMs) => {
    await database.query('update subscriptions set timeout_ms = $1', [timeoutMs]);
    const hourAgo = async (): Promise<number> => {
      const [row] = await database.query<{ at: Date }>(`select now() - interval '1 hour' as at`);
      return row!.at.getTime();
    };
    await rows.delivery({ subscriptionId, attemptCount: 0, dueIn: -1 });
    const { wakeUps } = await repository.due.takeDue(10, null);
    const beforeMs = await hourAgo();
    await repository.claims.claim(wakeUps);
    const afterMs = await hourAgo();
    await database.query(
      `update open_deliveries set lease_until = lease_until - interval '1 hour', next_attempt_at = now()`,
    );

    await repository.due.takeDue(10, null);

    const [attempt] = await database.query<{ started_at: Date }>('select started_at from attempts');
    expect(attempt!.started_at.getTime()).toBeGreaterThanOrEqual(beforeMs);
    expect(attempt!.started_at.getTime()).toBeLessThanOrEqual(afterMs);
  });

  it('ends as failed after five abandoned attempts', async () => {
    const given = { subscriptionId, state: 1, dueIn: -1, leaseIn: -1 };
    const fourth = await rows.delivery({ ...given, attemptCount: 6, abandonedCount: 3 });
    const fifth = await rows.delivery({ ...given, attemptCount: 7, abandonedCount: 4 });

    const { wakeUps, failed } = await repository.due.takeDue(10, null);

    expect(wakeUps).toEqual([]);
    expect(failed).toMatchObject([{ id: fifth.id, subscriptionId, tenantId: 'default' }]);
    expect(await rows.open(fourth.id)).toMatchObject({ state: 0, abandoned_count: 4 });
    expect(await rows.open(fifth.id)).toBeUndefined();
    expect(await rows.finished(fifth.id)).toMatchObject({ state: 3, attempt_count: 7, last_error_code: 'abandoned' });
    expect(await rows.attempts(fifth.id)).toMatchObject([{ number: 7, error_code: 'abandoned' }]);
  });

  it('is delayed by some random seconds if it was abandoned before, to part it from a deadly neighbour', async () => {
    const given = { subscriptionId, state: 1, dueIn: -1, leaseIn: -1, attemptCount: 3 };
    const first = await rows.deliveries(5, { ...given, abandonedCount: 0 });
    const third = await rows.deliveries(50, { ...given, abandonedCount: 2 });

    const { wakeUps } = await repository.due.takeDue(100, null);

    expect(wakeUps.map(({ id }) => id).sort()).toEqual(first.map(({ id }) => id).sort());
    const opened = await Promise.all(third.map(({ id }) => rows.open(id)));
    for (const open of opened) expect(open).toMatchObject({ state: 0, abandoned_count: 3 });
    const dueIn = opened.map((open) => open!.due_in!);
    expect(Math.max(...dueIn)).toBeLessThanOrEqual(16);
    expect(Math.max(...dueIn) - Math.min(...dueIn)).toBeGreaterThan(4);
  });

  it('does not end while it waits for a retry, however often it was abandoned before', async () => {
    const { id } = await rows.delivery({ subscriptionId, attemptCount: 9, abandonedCount: 4, dueIn: -1 });
    expect(await repository.due.takeDue(10, null)).toMatchObject({ wakeUps: [{ id, attemptCount: 9 }], failed: [] });
  });

  it('keeps what a late result said about the abandoned attempt', async () => {
    const { id } = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, dueIn: -1, leaseIn: -1 });
    await database.query(
      `insert into attempts (delivery_id, number, tenant_id, started_at, status_code, is_late)
       values ($1, 1, 'default', now(), 200, true)`,
      [id],
    );
    expect(await repository.due.takeDue(10, null)).toMatchObject({ wakeUps: [{ id, attemptCount: 1 }] });
    expect(await rows.attempts(id)).toMatchObject([{ number: 1, status_code: 200, is_late: true }]);
  });

  it('is taken in order of its due time, up to the number asked for', async () => {
    const [newest] = await rows.deliveries(1, { subscriptionId, dueIn: -1 });
    const [oldest] = await rows.deliveries(1, { subscriptionId, dueIn: -20 });
    const [middle] = await rows.deliveries(1, { subscriptionId, dueIn: -10 });
    expect((await repository.due.takeDue(2, null)).wakeUps.map(({ id }) => id).sort()).toEqual(
      [oldest!.id, middle!.id].sort(),
    );
    expect((await repository.due.takeDue(2, null)).wakeUps).toEqual([newest]);
  });

  it('is taken by one worker, however many scan at the same time', async () => {
    const given = { subscriptionId, dueIn: -1 };
    const due = await rows.deliveries(100, given);
    const expired = await rows.deliveries(100, { ...given, state: 1, attemptCount: 1, leaseIn: -1 });

    const taken = await Promise.all(Array.from({ length: 10 }, () => repository.due.takeDue(40, null)));

    const ids = taken.flatMap(({ wakeUps }) => wakeUps.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(40);
    const rest = await repository.due.takeDue(1000, null);
    const all = [...ids, ...rest.wakeUps.map(({ id }) => id)];
    expect(all.sort()).toEqual([...due, ...expired].map(({ id }) => id).sort());
  });

  it('is taken from the newest end too, so that no tenant waits behind the backlog of another', async () => {
    await rows.deliveries(20, { subscriptionId, dueIn: -60 });
    const others = await rows.subscription();
    const retry = await rows.delivery({ subscriptionId: others, attemptCount: 1, dueIn: -1 });

    const { wakeUps, isComplete } = await repository.due.takeDue(5, null, { end: 'newest' });

    expect(isComplete).toBe(false);
    expect(wakeUps).toHaveLength(5);
    expect(wakeUps).toContainEqual(retry);
  });

  it('can be parked, and is then taken by no scan', async () => {
    const retry = await rows.delivery({ subscriptionId, dueIn: -2, attemptCount: 3 });
    const cut = await rows.delivery({ subscriptionId, dueIn: -1, state: 1, attemptCount: 1, leaseIn: -1 });

    const { wakeUps } = await repository.due.takeDue(10, null, { parks: true });

    expect(wakeUps.map(({ id }) => id).sort()).toEqual([retry.id, cut.id].sort());
    expect(await repository.due.takeDue(10, null)).toEqual({ wakeUps: [], failed: [], isComplete: true });
    const pulled = await repository.claims.pull([{ subscriptionId, free: 5 }]);
    expect(pulled.map(({ id, attempt, abandonedCount }) => [id, attempt, abandonedCount]).sort()).toEqual(
      [
        [retry.id, 4, 0],
        [cut.id, 2, 1],
      ].sort(),
    );
  });

  it('can be one that lost its wake-up, unless it was attempted or set aside since', async () => {
    const [lost] = await rows.deliveries(1, { subscriptionId, dueIn: 30 });
    const others = [
      await rows.delivery({ subscriptionId, attemptCount: 1, dueIn: 30 }),
      await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, dueIn: 30, leaseIn: 30 }),
      await rows.delivery({ subscriptionId, parkedIn: -1 }),
    ];

    await new WakeUpRepository(storage.hotPath).makeDue([lost!, ...others].map(({ id }) => id));

    expect((await repository.due.takeDue(10, null)).wakeUps).toEqual([lost]);
  });

  it('can be one that a stopping worker returns, but only if it may still be taken', async () => {
    const pending = await rows.delivery({ subscriptionId, dueIn: 30 });
    const parked = await rows.delivery({ subscriptionId, parkedIn: -1 });
    const inFlight = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, dueIn: 30, leaseIn: 30 });

    await repository.parking.giveBack([pending, parked, inFlight]);

    expect((await repository.due.takeDue(10, null)).wakeUps).toEqual([pending]);
    expect(await rows.open(parked.id)).toMatchObject({ is_parked: true, due_in: null });
    expect((await rows.open(inFlight.id))!.due_in).toBeGreaterThan(20);
  });
});
