import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import type { DeliveryRepositories } from '../support/delivery-repositories.js';
import { type DeliveryStorage, LONG_LEASES, startDeliveryStorage } from '../support/delivery-storage.js';
import { type StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import type { TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const idsOf = (deliveries: readonly { readonly id: string }[]): string[] => deliveries.map(({ id }) => id);

describe('parked deliveries, on real PostgreSQL', () => {
  let storage: DeliveryStorage;
  let database: TestDatabase;
  let repository: DeliveryRepositories;
  let rows: StoredRows;
  let subscriptionId: string;

  beforeAll(async () => {
    storage = await startDeliveryStorage(LONG_LEASES);
    ({ database, repository, rows } = storage);
  });

  beforeEach(async () => {
    await rows.clear();
    subscriptionId = await rows.subscription();
  });

  afterAll(() => storage.stop());

  const parkOneByOne = async (wakeUps: readonly WakeUp[]): Promise<void> => {
    for (const wakeUp of wakeUps) await repository.parking.park([wakeUp]);
  };

  it('are pending, never due by time, and have used no attempt', async () => {
    const wakeUp = await rows.delivery({ subscriptionId, attemptCount: 2, dueIn: -1 });
    await repository.parking.park([wakeUp]);
    expect(await rows.open(wakeUp.id)).toMatchObject({ state: 0, attempt_count: 2, is_parked: true, due_in: null });
    expect(await repository.due.takeDue(10, null)).toEqual({ wakeUps: [], failed: [], isComplete: true });
    expect((await repository.parking.listWithParked(null, 10)).active).toEqual([
      { subscriptionId, tenantId: 'default' },
    ]);
  });

  it('do not come from a delivery in flight', async () => {
    const wakeUp = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, leaseIn: 5 });
    await repository.parking.park([wakeUp]);
    expect(await rows.open(wakeUp.id)).toMatchObject({ state: 1, is_parked: false });
  });

  it('do not come from one that waits for its retry, by a wake-up older than its last attempt', async () => {
    const retrying = await rows.delivery({ subscriptionId, attemptCount: 2, dueIn: 3600 });
    const late = [{ ...retrying, attemptCount: 1 }];
    await repository.parking.park(late);
    await repository.parking.giveBack(late);
    await rows.setSubscriptionState(subscriptionId, SUBSCRIPTION.paused);
    await repository.claims.settleUnclaimed(late);
    const open = await rows.open(retrying.id);
    expect(open).toMatchObject({ state: 0, attempt_count: 2, is_parked: false });
    expect(open!.due_in).toBeGreaterThan(3000);
  });

  it('are pulled in the order they were parked, up to the free slots of the lane', async () => {
    const [first, second, third] = await rows.deliveries(3, { subscriptionId, attemptCount: 1 });
    await parkOneByOne([third!, first!, second!]);

    const pulled = await repository.claims.pull([{ subscriptionId, free: 2 }]);

    expect(idsOf(pulled).sort()).toEqual([first!.id, third!.id]);
    expect(pulled.map(({ attempt }) => attempt)).toEqual([2, 2]);
    const open = await rows.open(first!.id);
    expect(open).toMatchObject({ state: 1, attempt_count: 2, is_parked: false });
    expect(open!.lease_in).toBeGreaterThan(30);
    expect(open!.due_in).toBeLessThanOrEqual(20);
    expect(await rows.open(second!.id)).toMatchObject({ state: 0, attempt_count: 1, is_parked: true });
  });

  it('are pulled with the tags of their events', async () => {
    const [tagged, plain] = [
      await rows.delivery({ subscriptionId, tags: ['order-1'] }),
      await rows.delivery({ subscriptionId }),
    ];
    await parkOneByOne([tagged, plain]);

    const pulled = await repository.claims.pull([{ subscriptionId, free: 2 }]);

    const tagsOf = new Map(pulled.map(({ id, tags }) => [id, tags]));
    expect([tagsOf.get(tagged.id), tagsOf.get(plain.id)]).toEqual([['order-1'], []]);
  });

  it('keep their place in the line when they are parked again', async () => {
    const [first, second] = await rows.deliveries(2, { subscriptionId });
    await parkOneByOne([first!, second!, first!]);
    expect(idsOf(await repository.claims.pull([{ subscriptionId, free: 1 }]))).toEqual([first!.id]);
  });

  it('are pulled for each lane separately over several days, with all that sending needs', async () => {
    const other = await rows.subscription();
    const idle = await rows.subscription({ state: SUBSCRIPTION.paused });
    const payload = Buffer.from([0, 255, 1]);
    const older = await rows.delivery({ subscriptionId, parkedIn: -9, atMs: Date.now() - DAY_MS, payload });
    const ofOther = await rows.deliveries(2, { subscriptionId: other, parkedIn: -1 });
    const held = await rows.delivery({ subscriptionId: idle, parkedIn: -1 });

    const free = [subscriptionId, other, idle].map((id) => ({ subscriptionId: id, free: 5 }));
    const pulled = await repository.claims.pull(free);

    expect(idsOf(pulled).sort()).toEqual(idsOf([older, ...ofOther]).sort());
    const found = pulled.find(({ id }) => id === older.id)!;
    expect(found).toMatchObject({ attempt: 1, subscriptionId, eventType: 'order.created' });
    expect(found.payload.equals(payload)).toBe(true);
    expect(found.subscription.targetUrl).toBe('https://1.1.1.1/hook');
    expect(await rows.open(held.id)).toMatchObject({ state: 0, is_parked: true });
  });

  it('are pulled even beside one whose day is gone', async () => {
    const parked = await rows.delivery({ subscriptionId, parkedIn: -1 });
    await database.query(
      `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, parked_at)
       values ('01000000-0000-7000-8000-000000000001', '01000000-0000-7000-8000-000000000000', $1, 'default',
         'infinity', now() - interval '1 minute')`,
      [subscriptionId],
    );

    expect(idsOf(await repository.claims.pull([{ subscriptionId, free: 5 }]))).toEqual([parked.id]);
  });

  it('are pulled once, however many workers pull at the same time', async () => {
    const parked = await rows.deliveries(40, { subscriptionId, parkedIn: -1 });
    const pulls = Array.from({ length: 10 }, () => repository.claims.pull([{ subscriptionId, free: 8 }]));
    const pulled = idsOf((await Promise.all(pulls)).flat());
    expect(new Set(pulled).size).toBe(pulled.length);
    expect(pulled.length).toBeGreaterThanOrEqual(8);
    expect(idsOf(parked)).toEqual(expect.arrayContaining(pulled));
  });

  it('are listed by subscription, each once', async () => {
    const other = await rows.subscription();
    const without = await rows.subscription();
    await rows.deliveries(3, { subscriptionId, parkedIn: -1 });
    await rows.deliveries(2, { subscriptionId: other, parkedIn: -2 });
    await rows.delivery({ subscriptionId: without });
    expect(await repository.parking.listWithParked(null, 10)).toEqual({
      active: [subscriptionId, other].sort().map((id) => ({ subscriptionId: id, tenantId: 'default' })),
      deleted: [],
      last: null,
    });
  });

  it('are listed a few at a time, without those that may not be sent', async () => {
    const states = [SUBSCRIPTION.paused, SUBSCRIPTION.disabled, SUBSCRIPTION.deleted, SUBSCRIPTION.active];
    const others = await Promise.all(states.map((state) => rows.subscription({ state })));
    for (const id of others) await rows.delivery({ subscriptionId: id, parkedIn: -1 });
    const seen = [];
    let last: string | null = null;
    do {
      const found = await repository.parking.listWithParked(last, 2);
      seen.push(found);
      last = found.last;
    } while (last !== null && seen.length < 10);
    expect(seen.length).toBeLessThanOrEqual(3);
    expect(seen.flatMap(({ active }) => active.map((each) => each.subscriptionId))).toEqual([others[3]]);
    expect(seen.flatMap(({ deleted }) => deleted)).toEqual([others[2]]);
  });

  it('are cancelled, a bounded number at a time, once their subscription is deleted', async () => {
    const deleted = await rows.subscription({ state: SUBSCRIPTION.deleted });
    const parked = [];
    for (let n = 3; n > 0; n -= 1) parked.push(await rows.delivery({ subscriptionId: deleted, parkedIn: -n }));
    const other = await rows.delivery({ subscriptionId, parkedIn: -9 });

    expect(await repository.parking.cancelParkedOfDeleted([subscriptionId, deleted], 2)).toHaveLength(2);

    expect(await rows.finished(parked[0]!.id)).toMatchObject({ state: 4, last_error_code: 'subscription_gone' });
    expect(await rows.open(parked[2]!.id)).toMatchObject({ is_parked: true });
    expect(await repository.parking.cancelParkedOfDeleted([subscriptionId, deleted], 2)).toHaveLength(1);
    expect(await rows.open(other.id)).toMatchObject({ is_parked: true });
  });
});
