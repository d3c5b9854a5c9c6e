import type { Replay } from '../../src/replays/domain/replay.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { deliveryUuid, type Uuid } from '../../src/shared/ids/uuid.js';
import { eventually } from '../support/eventually.js';
import { aPastEvent, type PastEvent } from '../support/past-events.js';
import { ReplayBench } from '../support/replay-bench.js';
import { StoredRows } from '../support/stored-rows.js';

const DELIVERED = 2;
const FAILED = 3;
const PENDING = 0;
const HOUR_MS = 3_600_000;

describe('the steps of a replay, on real PostgreSQL', () => {
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

  const failed = (subscriptionId: Uuid) => {
    return { subscriptionId, status: 'failed', statusCode: 503, errorCode: 'bad_status' } as const;
  };
  const failures = (count: number): Promise<PastEvent[]> => bench.failures(count, subscription);
  const firstOf = ({ deliveries }: PastEvent): Uuid => deliveries[0]!.id;
  const repeated = async (replay: Replay): Promise<(Uuid | null)[]> =>
    (await bench.opened(replay)).map(({ retry_of }) => retry_of);

  it('open a delivery for each failure, due at once, with what it repeats and the replay', async () => {
    const events = await failures(5);
    const other = aPastEvent({ deliveries: [{ subscriptionId: subscription }] });
    await bench.past.store([other]);
    const made = await bench.make();
    expect(made).toMatchObject({ matched: 5, sent: 0, state: 'running' });

    const replay = await bench.sendAll(made);

    expect(replay).toMatchObject({ state: 'running', matched: 5, sent: 5, skipped: 0, delivered: 0 });
    const opened = await bench.opened(replay);
    expect(opened.map(({ event_id }) => event_id)).toEqual(events.map(({ id }) => id));
    expect(opened.map(({ retry_of }) => retry_of)).toEqual(events.map(firstOf));
    const due = await bench.database.query('select from open_deliveries where next_attempt_at <= now() and state = 0');
    expect(due).toHaveLength(5);
    expect(await bench.database.query('select from delivery_repeats')).toHaveLength(5);
  });

  it('count what came of each delivery, and announce the end once all is known', async () => {
    await failures(5);
    const sent = await bench.sendAll(await bench.make());
    const [first, ...others] = await bench.opened(sent);
    await bench.finish(FAILED, [first!.id]);
    expect(await bench.stepNow(sent)).toMatchObject({ state: 'running', failed: 1, delivered: 0 });
    expect(bench.announced).toEqual([]);

    await bench.finish(DELIVERED, others.map(({ id }) => id)); // prettier-ignore

    const finished = await bench.stepNow(sent);
    expect(finished).toMatchObject({ state: 'finished', failed: 1, delivered: 4, isSettled: true });
    expect(bench.announced).toMatchObject([
      {
        type: 'webhooks.replay.finished',
        data: {
          replayId: toPublicId('rpl', sent.id),
          outcome: 'completed',
          matched: 5,
          sent: 5,
          delivered: 4,
          failed: 1,
          cancelled: 0,
          skipped: 0,
        },
      },
    ]);
    // Nobody looks at it any more.
    await bench.step.run({ id: sent.id, tenantId: 'default' });
    expect(bench.announced).toHaveLength(1);
  });

  it('leave nothing behind when the process is killed, and go on where the last one ended', async () => {
    const events = await failures(30);
    const replay = await bench.make({ rate: 40 });
    const before = await bench.untilSent(replay, 1);
    expect(before.sent).toBeLessThanOrEqual(10);

    await expect(bench.stepNow(replay, bench.killedStep)).rejects.toThrow('killed before the commit');
    expect(await bench.get(replay)).toMatchObject({ sent: before.sent, position: before.position });
    expect(await bench.opened(replay)).toHaveLength(before.sent);

    expect(await bench.sendAll(replay)).toMatchObject({ sent: 30, skipped: 0 });
    expect(await repeated(replay)).toEqual(events.map(firstOf));
  });

  it('are made once each, however many workers make them at the same time', async () => {
    const events = await failures(100);
    const replay = await bench.make({ rate: 40 });
    const worker = async (): Promise<void> => {
      while ((await bench.stepNow(replay)).allSentAt === null);
    };

    await Promise.all([worker(), worker(), worker(), worker()]);

    expect(await bench.get(replay)).toMatchObject({ matched: 100, sent: 100, skipped: 0 });
    expect(await repeated(replay)).toEqual(events.map(firstOf));
  });

  it('send each failure once if two replays of the same failures run at the same time', async () => {
    const events = await failures(100);
    const replays = [await bench.make({ rate: 40 }), await bench.make({ rate: 40 })];

    await Promise.all(
      replays.map(async (replay) => {
        while ((await bench.stepNow(replay)).allSentAt === null);
      }),
    );

    const sent = (await Promise.all(replays.map(repeated))).flat();
    expect(sent.sort()).toEqual(events.map(firstOf).sort());
  });

  it('tell that one failed until the next, in place of nothing that matters longer', async () => {
    await failures(2);
    const replay = await bench.make({ rate: 4 });
    const postpone = () => bench.replays.postpone('default', replay.id, { seconds: 5, error: 'a step failed' });
    await postpone();
    expect((await bench.get(replay)).lastError).toBe('a step failed');
    expect((await bench.stepNow(replay)).lastError).toBeNull();

    await bench.database.query(`update replays set skipped = 1, last_error = 'some were skipped'`);
    await postpone();
    expect((await bench.get(replay)).lastError).toBe('some were skipped');
    await bench.database.query(`update replays set skipped = 0, state = 'failed', last_error = 'it is deleted'`);
    await postpone();
    expect((await bench.get(replay)).lastError).toBe('it is deleted');
  });

  it('never send what they have made themselves, even if it fails before the replay is done', async () => {
    await failures(30);
    const replay = await bench.make({ rate: 40 });
    for (let isLast = false; !isLast;) {
      isLast = (await bench.stepNow(replay)).allSentAt !== null;
      await bench.finish(FAILED);
    }
    expect(await bench.get(replay)).toMatchObject({ matched: 30, sent: 30, skipped: 0 });
    expect(await bench.stepNow(replay)).toMatchObject({ state: 'finished', failed: 30 });
    // Another replay takes the last failure of each.
    const next = await bench.sendAll(await bench.make());
    expect(await repeated(next)).toEqual((await bench.opened(replay)).map(({ id }) => id));
  });

  it('never send what failed after the replay was made', async () => {
    const [event] = await failures(1);
    const replay = await bench.make();
    await failures(3);
    expect(await bench.sendAll(replay)).toMatchObject({ matched: 1, sent: 1 });
    expect(await repeated(replay)).toEqual([firstOf(event!)]);
  });

  it('send an event to a subscription once: after the latest of its deliveries, if that has failed', async () => {
    const [twice, mended, underWay, once] = await failures(4);
    const repeat = deliveryUuid(twice!.id, 0x80001);
    await bench.repeat(firstOf(twice!), deliveryUuid(twice!.id, 0x80002), FAILED);
    await bench.repeat(firstOf(twice!), repeat, FAILED);
    await bench.repeat(firstOf(mended!), deliveryUuid(mended!.id, 0x90000), DELIVERED);
    await bench.repeat(firstOf(underWay!), deliveryUuid(underWay!.id, 0x90000), PENDING);
    const made = await bench.make();
    expect(made.matched).toBe(2);

    const replay = await bench.sendAll(made);

    expect(await repeated(replay)).toEqual([repeat, firstOf(once!)]);
  });

  it('send an event with many deliveries to each of its subscriptions', async () => {
    const others = await Promise.all(Array.from({ length: 30 }, () => bench.past.subscription('default', 'https://two.example/'))); // prettier-ignore
    const event = aPastEvent({ deliveries: others.map(failed) });
    await bench.past.store([event]);
    const replay = await bench.sendAll(await bench.make({ rate: 40 }));
    expect(replay).toMatchObject({ matched: 30, sent: 30 });
    const opened = await bench.opened(replay);
    expect(new Set(opened.map(({ subscription_id }) => subscription_id))).toEqual(new Set(others));
  });

  it('take the filters of a search', async () => {
    const other = await bench.past.subscription('default', 'https://two.example/');
    const wanted = aPastEvent({ type: 'order.paid', tags: ['a'], deliveries: [failed(subscription)] });
    const notWanted = [
      aPastEvent({ type: 'user.created', tags: ['a'], deliveries: [failed(subscription)] }),
      aPastEvent({ type: 'order.paid', deliveries: [failed(subscription)] }),
      aPastEvent({ type: 'order.paid', tags: ['a'], deliveries: [{ ...failed(other) }] }),
      aPastEvent({ type: 'order.paid', tags: ['a'], deliveries: [{ ...failed(subscription), statusCode: 404 }] }),
      aPastEvent({ type: 'order.paid', tags: ['a'], tenantId: 'globex', deliveries: [failed(subscription)] }),
    ];
    await bench.past.store([wanted, ...notWanted]);
    const filters = { event_type: 'order.*', tag: 'a', target_host: 'one.example', status_code: '5xx' };
    const replay = await bench.sendAll(await bench.make({ filters }));
    expect(await repeated(replay)).toEqual([firstOf(wanted)]);
  });

  it('send the deliveries that were selected, whatever became of their events since', async () => {
    const [first, second] = await failures(3);
    await bench.repeat(firstOf(first!), deliveryUuid(first!.id, 0x90000), DELIVERED);
    const deliveryIds = [first!, second!].map(firstOf).sort();
    const replay = await bench.sendAll(await bench.make({ kind: 'selected', deliveryIds, rate: 1 }));
    expect(replay).toMatchObject({ matched: 2, sent: 2 });
    expect(await repeated(replay)).toEqual(deliveryIds);
  });

  it('are forgotten, but not what they have sent, when the history of their end has passed', async () => {
    await failures(2);
    const [old, recent] = [await bench.sendAll(await bench.make()), await bench.sendAll(await bench.make())];
    await bench.finish(DELIVERED);
    for (const { id } of [old, recent]) expect(await bench.stepNow({ id })).toMatchObject({ state: 'finished' });
    const running = await bench.make();
    await bench.database.query(`update replays set finished_at = now() - interval '31 days' where id = $1`, [old.id]);

    const end = bench.startRetention();
    const ids = () => bench.database.query<{ id: Uuid }>('select id from replays order by id');
    await eventually(ids, { until: (rows) => rows.length < 3 });
    end();

    expect((await ids()).map(({ id }) => id)).toEqual([recent.id, running.id].sort());
    expect(await bench.database.query('select from replayed_deliveries')).toEqual([]);
    expect(await bench.database.query('select from deliveries where retry_of is not null')).toHaveLength(2);
  });

  describe('of what is missing', () => {
    const missing = (since = 0): Parameters<ReplayBench['make']>[0] => ({
      kind: 'missing',
      filters: { since: new Date(since).toISOString() },
      subscriptionId: subscription,
      wantedTypes: ['order.*'],
    });
    const addressedTo = (addressing: number, events: readonly PastEvent[]) =>
      bench.database.query('update events set addressing = $1 where id = any($2)', [addressing, events.map(({ id }) => id)]); // prettier-ignore

    it('send each event that was published to all, is wanted, and was never to be delivered', async () => {
      const other = await bench.past.subscription('default', 'https://two.example/');
      const atMs = Date.now() - HOUR_MS;
      const unseen = aPastEvent({ atMs });
      const seenByOthers = aPastEvent({ atMs: atMs + 1, deliveries: [{ subscriptionId: other }] });
      const seen = aPastEvent({ atMs, deliveries: [{ subscriptionId: subscription }] });
      const waiting = aPastEvent({ atMs, deliveries: [{ subscriptionId: subscription, status: 'pending' }] });
      const notWanted = aPastEvent({ atMs, type: 'user.created' });
      const earlier = aPastEvent({ atMs: atMs - 1000 });
      const toOne = aPastEvent({ atMs, deliveries: [{ subscriptionId: other }] });
      const test = aPastEvent({ atMs });
      const unknown = aPastEvent({ atMs });
      await bench.past.store([unseen, seenByOthers, seen, waiting, notWanted, earlier, toOne, test, unknown]);
      await addressedTo(0, [unseen, seenByOthers, seen, waiting, notWanted, earlier]);
      await addressedTo(1, [toOne]);
      await addressedTo(2, [test]);
      const made = await bench.make(missing(atMs));
      expect(made.matched).toBe(2);

      const replay = await bench.sendAll(made);

      expect(await bench.opened(replay)).toMatchObject([
        { event_id: unseen.id, subscription_id: subscription, retry_of: null },
        { event_id: seenByOthers.id, subscription_id: subscription, retry_of: null },
      ]);
      expect((await bench.make(missing(atMs))).matched).toBe(0);
    });

    it('send no operational event to a subscription that wants all types', async () => {
      const atMs = Date.now() - HOUR_MS;
      const order = aPastEvent({ atMs });
      const operational = aPastEvent({ atMs: atMs + 1, type: 'webhooks.delivery.failed' });
      await bench.past.store([order, operational]);
      await addressedTo(0, [order, operational]);
      const replay = await bench.sendAll(await bench.make({ ...missing(atMs), wantedTypes: ['*'] }));
      expect((await bench.opened(replay)).map(({ event_id }) => event_id)).toEqual([order.id]);
    });

    it('send nothing that was accepted since the replay was made', async () => {
      const replay = await bench.make(missing());
      const event = aPastEvent({ atMs: Date.now() + 60_000 });
      await bench.past.store([event]);
      await addressedTo(0, [event]);
      expect(await bench.sendAll(replay)).toMatchObject({ sent: 0, matched: 0, allSentAt: expect.any(Date) as Date });
    });
  });
});
