import { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { eventUuidOf } from '../../src/shared/ids/uuid.js';
import type { HotPath } from '../../src/shared/database/hot-path.js';
import type { BoundStatement } from '../../src/shared/database/statement.js';
import type { DeliveryRepositories } from '../support/delivery-repositories.js';
import { type DeliveryStorage, LONG_LEASES, startDeliveryStorage } from '../support/delivery-storage.js';
import { type StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import type { TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const idsOf = (deliveries: readonly { readonly id: string }[]): string[] => deliveries.map(({ id }) => id);

describe('claims of open deliveries, on real PostgreSQL', () => {
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

  describe('a claim', () => {
    it('takes the next attempt under a lease, and returns all that sending needs', async () => {
      const headers = { 'X-Own': 'yes' };
      const patient = await rows.subscription({ timeoutMs: 60_000, headers });
      const tags = ['order-1', 'customer-9'];
      const wakeUp = await rows.delivery({ subscriptionId: patient, attemptCount: 2, abandonedCount: 1, tags });

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
          tags,
          publicIds: { delivery: toPublicId('dlv', wakeUp.id), event: toPublicId('evt', eventUuidOf(wakeUp.id)) },
          webhookId: null,
          subscription: {
            publicId: toPublicId('sub', patient),
            targetUrl: 'https://1.1.1.1/hook',
            secrets: [{ box: 'sealed' }],
            headers,
            shownHeaders: [],
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

    it('gives a subscription without its own timeout the lease of the default timeout', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      await repository.claims.claim([wakeUp]);
      const { lease_in: leaseIn } = (await rows.open(wakeUp.id))!;
      expect(leaseIn).toBeGreaterThan(30);
      expect(leaseIn).toBeLessThan(40);
    });

    it('returns nothing to send when the subscription is deleted meanwhile, because its secrets are gone', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      // The claim still sees an active subscription; the read that follows it does not.
      const deleting: Pick<HotPath, 'query'> = {
        query: async <Row extends object>(statement: BoundStatement) => {
          const found = await storage.hotPath.query<Row>(statement);
          if (found.length > 0) await rows.setSubscriptionState(subscriptionId, SUBSCRIPTION.deleted);
          return found;
        },
      };
      const claims = new ClaimRepository(deleting as HotPath, storage.settings);

      expect(await claims.claim([wakeUp])).toEqual([]);
      const [open] = await database.query<{ state: number }>('select state from open_deliveries where id = $1', [
        wakeUp.id,
      ]);
      expect(open).toEqual({ state: 1 });
    });

    it('returns the payload byte for byte', async () => {
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
    ])('leaves alone a delivery that %s', async (_, given, attemptCount) => {
      const { id } = await rows.delivery({ subscriptionId, ...given });
      const before = await rows.open(id);
      expect(await repository.claims.claim([{ id, subscriptionId, attemptCount, tenantId: 'default' }])).toEqual([]);
      const unchanged = { state: before!.state, attempt_count: before!.attempt_count, is_parked: before!.is_parked };
      expect(await rows.open(id)).toMatchObject(unchanged);
    });

    it.each(['paused', 'disabled', 'deleted'] as const)(
      'leaves alone a delivery of a %s subscription',
      async (state) => {
        const idle = await rows.subscription({ state: SUBSCRIPTION[state] });
        const refused = await rows.delivery({ subscriptionId: idle });
        const neighbour = await rows.delivery({ subscriptionId });
        expect(idsOf(await repository.claims.claim([refused, neighbour]))).toEqual([neighbour.id]);
        expect(await rows.open(refused.id)).toMatchObject({ state: 0, attempt_count: 0 });
      },
    );

    it('returns nothing for a wake-up that comes twice', async () => {
      const wakeUp = await rows.delivery({ subscriptionId });
      expect(await repository.claims.claim([wakeUp])).toHaveLength(1);
      expect(await repository.claims.claim([wakeUp])).toEqual([]);
      expect(await rows.open(wakeUp.id)).toMatchObject({ attempt_count: 1 });
    });

    it('takes each delivery of a batch once, however many workers claim it at the same time', async () => {
      const wakeUps = await rows.deliveries(50, { subscriptionId });
      // Each claim has an order of its own, as jobs do: claims that lock in different orders must not deadlock.
      const orders = Array.from({ length: 20 }, (_, n) => [...wakeUps.slice(n), ...wakeUps.slice(0, n)]);
      const claims = orders.map((order, n) => repository.claims.claim(n % 2 === 0 ? order : order.toReversed()));
      const claimed = (await Promise.all(claims)).flat();
      expect(idsOf(claimed).sort()).toEqual(idsOf(wakeUps));
      expect(new Set(claimed.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    });

    it('follows the newer of two wake-ups for one delivery, whichever comes first', async () => {
      for (const order of ['stale first', 'stale last']) {
        const fresh = await rows.delivery({ subscriptionId, attemptCount: 2 });
        const pair = [{ ...fresh, attemptCount: 1 }, fresh];
        const claimed = await repository.claims.claim(order === 'stale first' ? pair : pair.toReversed());
        expect(claimed.map(({ id, attempt }) => [id, attempt])).toEqual([[fresh.id, 3]]);
      }
    });

    it('takes deliveries of any day, each day separately', async () => {
      const older = await rows.delivery({ subscriptionId, atMs: Date.now() - DAY_MS, payload: Buffer.from('older') });
      const newer = await rows.delivery({ subscriptionId, payload: Buffer.from('newer') });
      expect(repository.claims.dayOf(older)).not.toBe(repository.claims.dayOf(newer));
      const claimed = [...(await repository.claims.claim([newer])), ...(await repository.claims.claim([older]))];
      const payloads = new Map(claimed.map(({ id, payload }) => [id, payload.toString()]));
      expect(payloads).toEqual(new Map([[older.id, 'older'], [newer.id, 'newer']])); // prettier-ignore
    });
  });

  describe('an unclaimed delivery', () => {
    it.each(['paused', 'disabled'] as const)('is held while its subscription is %s', async (state) => {
      const idle = await rows.subscription({ state: SUBSCRIPTION[state] });
      const wakeUp = await rows.delivery({ subscriptionId: idle, attemptCount: 1 });
      expect(await repository.claims.settleUnclaimed([wakeUp])).toHaveLength(0);
      expect(await rows.open(wakeUp.id)).toMatchObject({ state: 0, attempt_count: 1, is_parked: true, due_in: null });
    });

    it('is cancelled when its subscription is deleted, whether it is parked or not', async () => {
      const deleted = await rows.subscription({ state: SUBSCRIPTION.deleted });
      const waiting = await rows.delivery({ subscriptionId: deleted, attemptCount: 1 });
      const parked = await rows.delivery({ subscriptionId: deleted, attemptCount: 1, parkedIn: -1 });
      expect(await repository.claims.settleUnclaimed([waiting, parked])).toHaveLength(2);
      for (const { id } of [waiting, parked]) {
        expect(await rows.open(id)).toBeUndefined();
        expect(await rows.finished(id)).toMatchObject({
          state: 4,
          attempt_count: 1,
          last_error_code: 'subscription_gone',
        });
      }
    });

    it('stays as it is when its subscription is active or a worker has it in flight', async () => {
      const idle = await rows.subscription({ state: SUBSCRIPTION.deleted });
      const pending = await rows.delivery({ subscriptionId });
      const inFlight = await rows.delivery({ subscriptionId: idle, state: 1, attemptCount: 1, leaseIn: 5 });
      expect(await repository.claims.settleUnclaimed([pending, inFlight])).toHaveLength(0);
      expect(await rows.open(pending.id)).toMatchObject({ state: 0, is_parked: false });
      expect(await rows.open(inFlight.id)).toMatchObject({ state: 1, is_parked: false });
    });
  });
});
