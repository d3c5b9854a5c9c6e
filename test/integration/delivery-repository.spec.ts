import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { migrate } from '../../src/shared/database/data-source.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { eventUuidOf } from '../../src/shared/ids/uuid.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import type { BoundStatement } from '../../src/shared/database/statement.js';
import { type DeliveryRepositories, deliveryRepositories } from '../support/delivery-repositories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const idsOf = (deliveries: readonly { readonly id: string }[]): string[] => deliveries.map(({ id }) => id);

describe('how open deliveries change hands, on real PostgreSQL', () => {
  let database: TestDatabase;
  let hotPath: HotPath;
  let settings: Settings;
  let repository: DeliveryRepositories;
  let rows: StoredRows;
  let subscriptionId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url, new Date());
    // Longer than it takes to look at them.
    const times = { WEBHOOK_TIMEOUT: '30', LEASE_GRACE: '10', VISIBILITY_TIMEOUT: '20' };
    settings = parseSettings(fastSettings(database, { ...times, DATABASE_POOL_SIZE: '20' }));
    hotPath = new HotPath(settings, silentLogger);
    repository = deliveryRepositories(hotPath, settings);
    rows = new StoredRows(database);
  });

  beforeEach(async () => {
    await rows.clear();
    subscriptionId = await rows.subscription();
  });

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  describe('a claim', () => {
    it('takes the next attempt, with a lease, and brings all that sending takes', async () => {
      const headers = { 'X-Own': 'yes' };
      const patient = await rows.subscription({ timeoutMs: 60_000, headers });
      const wakeUp = await rows.delivery({ subscriptionId: patient, attemptCount: 2, abandonedCount: 1 });

      const claimed = await repository.claims.claim([wakeUp]);

      expect(claimed).toEqual([
        {
          id: wakeUp.id,
          eventId: eventUuidOf(wakeUp.id),
          subscriptionId: patient,
          tenantId: 'default',
          attempt: 3,
          abandonedCount: 1,
          eventType: 'order.created',
          contentType: 'application/json',
          payload: Buffer.from('{}'),
          publicIds: { delivery: toPublicId('dlv', wakeUp.id), event: toPublicId('evt', eventUuidOf(wakeUp.id)) },
          subscription: {
            publicId: toPublicId('sub', patient),
            targetUrl: 'https://1.1.1.1/hook',
            secrets: [{ box: 'sealed' }],
            headers,
            auth: null,
            maxAttempts: null,
            initialIntervalMs: null,
            maxIntervalMs: null,
            timeoutMs: 60_000,
            maxInFlight: null,
          },
        },
      ]);
      const open = await rows.open(wakeUp.id);
      expect(open).toMatchObject({ state: 1, attempt_count: 3, is_parked: false });
      expect(open!.lease_in).toBeGreaterThan(60);
      expect(open!.lease_in).toBeLessThan(70);
    });

    it('gives a subscription without a timeout of its own the lease of the default one', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      await repository.claims.claim([wakeUp]);
      const { lease_in: leaseIn } = (await rows.open(wakeUp.id))!;
      expect(leaseIn).toBeGreaterThan(30);
      expect(leaseIn).toBeLessThan(40);
    });

    it('gets nothing to send when the subscription is deleted under it, whose secrets are gone then', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      // The claim still sees it active; what reads the subscription after the claim does not.
      const deleting: Pick<HotPath, 'query'> = {
        query: async <Row extends object>(statement: BoundStatement) => {
          const found = await hotPath.query<Row>(statement);
          if (found.length > 0) await rows.setSubscriptionState(subscriptionId, SUBSCRIPTION.deleted);
          return found;
        },
      };
      const claims = new ClaimRepository(deleting as HotPath, settings);

      expect(await claims.claim([wakeUp])).toEqual([]);
      const [open] = await database.query<{ state: number }>('select state from open_deliveries where id = $1', [
        wakeUp.id,
      ]);
      expect(open).toEqual({ state: 1 });
    });

    it('brings the payload byte for byte', async () => {
      const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const wakeUp = await rows.delivery({ subscriptionId, payload });
      const [claimed] = await repository.claims.claim([wakeUp]);
      expect(claimed!.payload.equals(payload)).toBe(true);
    });

    it.each([
      ['is in flight', { state: 1, attemptCount: 1, leaseIn: 5 }, 1],
      ['has had more attempts than its wake-up knows', { attemptCount: 2 }, 1],
      ['has had fewer attempts than its wake-up says', { attemptCount: 0 }, 1],
      ['is parked', { parkedIn: -1 }, 0],
    ])('leaves alone what %s', async (_, given, attemptCount) => {
      const { id } = await rows.delivery({ subscriptionId, ...given });
      const before = await rows.open(id);
      expect(await repository.claims.claim([{ id, subscriptionId, attemptCount, tenantId: 'default' }])).toEqual([]);
      const unchanged = { state: before!.state, attempt_count: before!.attempt_count, is_parked: before!.is_parked };
      expect(await rows.open(id)).toMatchObject(unchanged);
    });

    it.each(['paused', 'disabled', 'deleted'] as const)(
      'leaves alone what belongs to a %s subscription',
      async (state) => {
        const idle = await rows.subscription({ state: SUBSCRIPTION[state] });
        const refused = await rows.delivery({ subscriptionId: idle });
        const neighbour = await rows.delivery({ subscriptionId });
        expect(idsOf(await repository.claims.claim([refused, neighbour]))).toEqual([neighbour.id]);
        expect(await rows.open(refused.id)).toMatchObject({ state: 0, attempt_count: 0 });
      },
    );

    it('of a wake-up that comes twice gets nothing the second time', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      expect(await repository.claims.claim([wakeUp])).toHaveLength(1);
      expect(await repository.claims.claim([wakeUp])).toEqual([]);
      expect(await rows.open(wakeUp.id)).toMatchObject({ attempt_count: 1 });
    });

    it('takes each delivery of a batch once, however many claim it at the same time', async () => {
      const wakeUps = await rows.deliveries(50, { subscriptionId });
      // Each in an order of its own, as jobs are: claims that lock in different orders must not deadlock.
      const orders = Array.from({ length: 20 }, (_, n) => [...wakeUps.slice(n), ...wakeUps.slice(0, n)]);
      const claims = orders.map((order, n) => repository.claims.claim(n % 2 === 0 ? order : order.toReversed()));
      const claimed = (await Promise.all(claims)).flat();
      expect(idsOf(claimed).sort()).toEqual(idsOf(wakeUps));
      expect(new Set(claimed.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    });

    it('goes by the newer of two wake-ups for one delivery, whichever comes first', async () => {
      for (const order of ['stale first', 'stale last']) {
        const fresh = await rows.delivery({ subscriptionId, attemptCount: 2 });
        const pair = [{ ...fresh, attemptCount: 1 }, fresh];
        const claimed = await repository.claims.claim(order === 'stale first' ? pair : pair.toReversed());
        expect(claimed.map(({ id, attempt }) => [id, attempt])).toEqual([[fresh.id, 3]]);
      }
    });

    it('takes deliveries of any day, each day apart', async () => {
      const older = await rows.delivery({ subscriptionId, atMs: Date.now() - DAY_MS, payload: Buffer.from('older') });
      const newer = await rows.delivery({ subscriptionId, payload: Buffer.from('newer') });
      expect(repository.claims.dayOf(older)).not.toBe(repository.claims.dayOf(newer));
      const claimed = [...(await repository.claims.claim([newer])), ...(await repository.claims.claim([older]))];
      const payloads = new Map(claimed.map(({ id, payload }) => [id, payload.toString()]));
      expect(payloads).toEqual(new Map([[older.id, 'older'], [newer.id, 'newer']])); // prettier-ignore
    });
  });

  describe('what could not be claimed', () => {
    it.each(['paused', 'disabled'] as const)('is held while its subscription is %s', async (state) => {
      const idle = await rows.subscription({ state: SUBSCRIPTION[state] });
      const wakeUp = await rows.delivery({ subscriptionId: idle, attemptCount: 1 });
      expect(await repository.claims.settleUnclaimed([wakeUp])).toBe(0);
      expect(await rows.open(wakeUp.id)).toMatchObject({ state: 0, attempt_count: 1, is_parked: true, due_in: null });
    });

    it('is cancelled when its subscription is deleted, parked or not', async () => {
      const deleted = await rows.subscription({ state: SUBSCRIPTION.deleted });
      const waiting = await rows.delivery({ subscriptionId: deleted, attemptCount: 1 });
      const parked = await rows.delivery({ subscriptionId: deleted, attemptCount: 1, parkedIn: -1 });
      expect(await repository.claims.settleUnclaimed([waiting, parked])).toBe(2);
      for (const { id } of [waiting, parked]) {
        expect(await rows.open(id)).toBeUndefined();
        expect(await rows.finished(id)).toMatchObject({
          state: 4,
          attempt_count: 1,
          last_error_code: 'subscription_gone',
        });
      }
    });

    it('is cancelled, a bounded number at a time, when it was parked and nobody wakes it any more', async () => {
      const deleted = await rows.subscription({ state: SUBSCRIPTION.deleted });
      const parked = [];
      for (let n = 3; n > 0; n -= 1) parked.push(await rows.delivery({ subscriptionId: deleted, parkedIn: -n }));
      const other = await rows.delivery({ subscriptionId, parkedIn: -9 });

      expect(await repository.parking.cancelParkedOfDeleted([subscriptionId, deleted], 2)).toBe(2);

      expect(await rows.finished(parked[0]!.id)).toMatchObject({ state: 4, last_error_code: 'subscription_gone' });
      expect(await rows.open(parked[2]!.id)).toMatchObject({ is_parked: true });
      expect(await repository.parking.cancelParkedOfDeleted([subscriptionId, deleted], 2)).toBe(1);
      expect(await rows.open(other.id)).toMatchObject({ is_parked: true });
    });

    it('stays as it is when its subscription is active or somebody has it in flight', async () => {
      const idle = await rows.subscription({ state: SUBSCRIPTION.deleted });
      const pending = await rows.delivery({ subscriptionId });
      const inFlight = await rows.delivery({ subscriptionId: idle, state: 1, attemptCount: 1, leaseIn: 5 });
      expect(await repository.claims.settleUnclaimed([pending, inFlight])).toBe(0);
      expect(await rows.open(pending.id)).toMatchObject({ state: 0, is_parked: false });
      expect(await rows.open(inFlight.id)).toMatchObject({ state: 1, is_parked: false });
    });
  });

  describe('parked deliveries', () => {
    const parkOneByOne = async (wakeUps: readonly WakeUp[]): Promise<void> => {
      for (const wakeUp of wakeUps) await repository.parking.park([wakeUp]);
    };

    it('are pending, never due by time, and have used no attempt', async () => {
      const wakeUp = await rows.delivery({ subscriptionId, attemptCount: 2, dueIn: -1 });
      await repository.parking.park([wakeUp]);
      expect(await rows.open(wakeUp.id)).toMatchObject({ state: 0, attempt_count: 2, is_parked: true, due_in: null });
      expect(await repository.due.takeDue(10, null)).toEqual({ wakeUps: [], failed: 0, isComplete: true });
      expect((await repository.parking.listWithParked(null, 10)).active).toEqual([
        { subscriptionId, tenantId: 'default' },
      ]);
    });

    it('are not made of what is in flight', async () => {
      const wakeUp = await rows.delivery({ subscriptionId, state: 1, attemptCount: 1, leaseIn: 5 });
      await repository.parking.park([wakeUp]);
      expect(await rows.open(wakeUp.id)).toMatchObject({ state: 1, is_parked: false });
    });

    it('are not made of what waits for its retry, by a wake-up from before its last attempt', async () => {
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

    it('are pulled longest parked first, no more than the lane has free slots', async () => {
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

    it('keep the place in the line that they were parked at', async () => {
      const [first, second] = await rows.deliveries(2, { subscriptionId });
      await parkOneByOne([first!, second!, first!]);
      expect(idsOf(await repository.claims.pull([{ subscriptionId, free: 1 }]))).toEqual([first!.id]);
    });

    it('are pulled for each lane by itself, with what sending them takes, over several days', async () => {
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

    it('are pulled beside one whose day is gone', async () => {
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

    it('are told of by subscription, each once', async () => {
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

    it('are told of a few at a time, and not of those that nobody may send', async () => {
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
  });
});
