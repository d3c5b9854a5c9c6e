import { toPublicId } from '../../src/shared/ids/public-id.js';
import type { Uuid } from '../../src/shared/ids/uuid.js';
import type { PastEvent } from '../support/past-events.js';
import { ReplayBench } from '../support/replay-bench.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';

const DELIVERED = 2;

describe('the pace of the steps of a replay, on real PostgreSQL', () => {
  let bench: ReplayBench;
  let rows: StoredRows;
  let subscription: Uuid;

  beforeAll(async () => {
    bench = await ReplayBench.start();
    rows = new StoredRows(bench.database);
  });

  beforeEach(async () => {
    await rows.clear();
    bench.announced.length = 0;
    subscription = await bench.past.subscription('default', 'https://one.example/');
  });

  afterAll(() => bench.stop());

  const failures = (count: number, subscriptionId = subscription): Promise<PastEvent[]> =>
    bench.failures(count, subscriptionId);

  it('keeps to the rate, however often the replay is changed', async () => {
    await failures(3);
    // One in 100 seconds.
    const first = await bench.untilSent(await bench.make({ rate: 0.01 }), 1);
    for (const state of ['running', 'paused', 'running'] as const) {
      await bench.change(first, { state, rate: 0.01 });
      expect(await bench.stepInTime(first)).toMatchObject({ state, sent: 1, sendAt: first.sendAt });
    }

    const faster = await bench.change(first, { state: 'running', rate: 0.02 });
    expect(faster.sendAt.getTime()).toBeLessThan(first.sendAt.getTime() - 40_000);
    expect(await bench.stepInTime(first)).toMatchObject({ sent: 1 });
    const slower = await bench.change(first, { state: 'running', rate: 0.01 });
    expect(slower.sendAt).toEqual(faster.sendAt);
  });

  it('is still held after the rate was changed, and looked at anew after a pause', async () => {
    await failures(3);
    await rows.delivery({ subscriptionId: subscription, parkedIn: -5 });
    const held = await bench.sendAll(await bench.make());
    expect(held.heldBy).toBe('backlog');
    const { heldBy, heldSince } = held;
    expect(await bench.change(held, { state: 'running', rate: 10 })).toMatchObject({ heldBy, heldSince });
    expect(await bench.change(held, { state: 'paused', rate: 10 })).toMatchObject({ heldBy: null, heldSince: null });
  });

  describe('stands back', () => {
    const one = (): Parameters<ReplayBench['make']>[0] => {
      return { subscriptionId: subscription, filters: { subscription_id: toPublicId('sub', subscription) } };
    };

    it('while other deliveries are parked for the receiver', async () => {
      await failures(3);
      const replay = await bench.make(one());
      const { id } = await rows.delivery({ subscriptionId: subscription, parkedIn: -5 });
      expect(await bench.sendAll(replay)).toMatchObject({ heldBy: 'backlog', sent: 0 });
      await bench.finish(DELIVERED, [id]);
      expect(await bench.untilSent(replay, 3)).toMatchObject({ heldBy: null, sent: 3 });
    });

    it('while the subscription is paused or disabled, and ends when it is deleted', async () => {
      await failures(3);
      const replay = await bench.make(one());
      for (const state of ['paused', 'disabled'] as const) {
        await rows.setSubscriptionState(subscription, SUBSCRIPTION[state]);
        expect(await bench.stepNow(replay)).toMatchObject({ heldBy: state, sent: 0, state: 'running' });
      }
      await rows.setSubscriptionState(subscription, SUBSCRIPTION.deleted);
      const ended = await bench.stepNow(replay);
      expect(ended).toMatchObject({ state: 'failed', sent: 0, isSettled: true });
      expect(ended.lastError).toContain('has been deleted');
      expect(bench.announced).toMatchObject([{ data: { outcome: 'failed' } }]);
    });

    it('if the subscription is disabled while it searches, and sends everything after its revival', async () => {
      await failures(3);
      const replay = await bench.make(one());
      const disable = () => rows.setSubscriptionState(subscription, SUBSCRIPTION.disabled);
      const held = await bench.stepNow(replay, bench.stepWhile(disable));
      expect(held).toMatchObject({ heldBy: 'disabled', sent: 0, skipped: 0, state: 'running' });
      await rows.setSubscriptionState(subscription, SUBSCRIPTION.active);
      expect(await bench.untilSent(replay, 3)).toMatchObject({ sent: 3, skipped: 0 });
    });

    it('while what it has sent is not attempted', async () => {
      await failures(60);
      const replay = await bench.make({ ...one(), rate: 16 });
      const held = await bench.sendAll(replay);
      expect(held.heldBy).toBe('behind');
      expect(held.sent).toBeGreaterThan(50);
      expect(held.sent).toBeLessThan(60);
      await bench.database.query('update open_deliveries set attempt_count = 1');
      expect(await bench.untilSent(replay, 60)).toMatchObject({ sent: 60, heldBy: null });
    });

    it('for one of several subscriptions only a while, and leaves out those that are disabled', async () => {
      const busy = await bench.past.subscription('default', 'https://busy.example/');
      const disabled = await bench.past.subscription('default', 'https://disabled.example/');
      await rows.setSubscriptionState(disabled, SUBSCRIPTION.disabled);
      await failures(1);
      await failures(1, disabled);
      await failures(1, busy);
      await rows.delivery({ subscriptionId: busy, parkedIn: -5 });
      const replay = await bench.sendAll(await bench.make());
      expect(replay).toMatchObject({ heldBy: 'backlog', sent: 1, skipped: 1 });
      expect(replay.lastError).toContain(toPublicId('sub', disabled));
      expect(await bench.stepNow(replay)).toMatchObject({ sent: 1 });

      await bench.database.query(`update replays set held_since = now() - interval '11 seconds'`);

      expect(await bench.untilSent(replay, 2)).toMatchObject({ matched: 3, sent: 2, skipped: 1 });
    });
  });
});
