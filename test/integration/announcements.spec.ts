import { DataSource } from 'typeorm';
import { AnnouncementsRepository } from '../../src/announcements/announcements.repository.js';
import {
  type Announcement,
  type Announcements,
  type AnnouncingTransaction,
  Outbox,
  type TakenAnnouncement,
} from '../../src/announcements/index.js';
import { StoredAnnouncements } from '../../src/announcements/stored-announcements.js';
import { type DeliveryWakeUps, HandOver } from '../../src/delivery/index.js';
import { AttemptRepository } from '../../src/delivery/storage/attempt.repository.js';
import { DueRepository } from '../../src/delivery/storage/due.repository.js';
import { EventWriter } from '../../src/ingest/event-writer.js';
import type { EventReport } from '../../src/ingest/event-report.js';
import { IngestRepository } from '../../src/ingest/ingest.repository.js';
import { OperationalEvents } from '../../src/ingest/announced/operational-events.js';
import type { OperationalPayloads } from '../../src/ingest/announced/operational-payloads.js';
import type { WideEventWriter } from '../../src/ingest/wide-event-writer.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { ADVISORY_LOCKS } from '../../src/shared/database/advisory-locks.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { LIMITS } from '../../src/shared/limits.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { patternsWanting, type PublishTargets } from '../../src/subscriptions/index.js';
import { SubscriptionsRepository } from '../../src/subscriptions/subscriptions.repository.js';
import { aFinishedAttempt } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LIMIT = LIMITS.failureEventsPerMinute;
const FAILED = { next: 'failed', disablesSubscription: false } as const;
const RECOVERED: Announcement = {
  tenantId: 'default',
  type: 'webhooks.subscription.recovered',
  data: { subscriptionId: newUuid(0), failingSinceMs: 0, consecutiveFailures: 1 },
};

interface Row {
  readonly tenant_id: string;
  readonly state: number;
  readonly omitted: number;
  readonly data: { readonly deliveryId: string };
}

describe('the outbox of announcements, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let hotPath: HotPath;
  let transactions: Transactions;
  let attempts: AttemptRepository;
  let due: DueRepository;
  let ingest: IngestRepository;
  let outbox: Outbox;
  let announcements: Announcements;
  let rows: StoredRows;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = parseSettings(fastSettings(database));
    dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
    hotPath = new HotPath(settings, silentLogger);
    transactions = new Transactions(dataSource, new ApiConnections(settings));
    attempts = new AttemptRepository(hotPath, new SystemClock());
    due = new DueRepository(hotPath, settings);
    ingest = new IngestRepository(hotPath, settings);
    outbox = new Outbox(new AnnouncementsRepository(transactions));
    announcements = new StoredAnnouncements(outbox);
    rows = new StoredRows(database);
  });

  beforeEach(() => rows.clear());

  afterAll(async () => {
    await dataSource.destroy();
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  const stored = (): Promise<Row[]> =>
    database.query<Row>('select tenant_id, state, omitted, data from announcements order by due_at, state');
  /** Adds failures, oldest first. */
  const fail = (count: number, tenantId = 'default'): Promise<unknown> =>
    database.query(
      `insert into announcements (tenant_id, event_type, data, due_at, occurred_at)
       select $2, 'webhooks.delivery.failed', jsonb_build_object('deliveryId', gen_random_uuid()),
         now() + n * interval '1 microsecond' - interval '1 second', now() - interval '1 second'
       from generate_series(1, $1::int) n`,
      [count, tenantId],
    );
  const announce = (): Promise<void> =>
    transactions.run('default', (tx: AnnouncingTransaction) => announcements.announce(tx, RECOVERED));
  /** Begins a minute that does not pass before `passMinute`, however long the test takes. */
  const beginMinute = (tenantId: string): Promise<unknown> =>
    database.query(
      `insert into announced_minutes (tenant_id, minute, published)
       values ($1, date_trunc('minute', now()) + interval '1 hour', 0)`,
      [tenantId],
    );
  const passMinute = async (): Promise<void> => {
    await database.query(`update announced_minutes set minute = minute - interval '2 hours'`);
    await database.query(`update announcements set due_at = due_at - interval '2 hours' where state = 1`);
  };
  const takeAll = async (limit = 500): Promise<TakenAnnouncement[]> => {
    const taken: TakenAnnouncement[] = [];
    for (let hasMore = true; hasMore;) {
      const part = await outbox.take(limit);
      taken.push(...part.announcements);
      ({ hasMore } = part);
    }
    return taken;
  };
  const countOf = (taken: readonly TakenAnnouncement[]): number =>
    taken.reduce((sum, { omitted }) => sum + 1 + omitted, 0);

  it('gets an announcement with the transaction of what it is about, or not at all', async () => {
    let rings = 0;
    outbox.onRing(() => (rings += 1));
    const failure = new Error('something else went wrong');
    const undone = transactions.run('default', async (tx) => {
      await announcements.announce(tx, RECOVERED);
      throw failure;
    });
    await expect(undone).rejects.toBe(failure);
    expect(await outbox.depth()).toBe(0);

    await announce();

    expect([await outbox.depth(), rings]).toEqual([1, 2]);
    const { announcements: taken } = await outbox.take(10);
    expect(taken).toMatchObject([{ omitted: 0, content: RECOVERED }]);
  });

  it('gets the failures that are recorded and announced, and no other result', async () => {
    const inFlight = { subscriptionId: await rows.subscription(), state: 1, attemptCount: 2, leaseIn: 5 };
    const [failed, late, delivered, silent, retried] = (await rows.deliveries(5, inFlight)).map(({ id }) => id);
    await database.query('update open_deliveries set attempt_count = 3 where id = $1', [late]);
    const decisions = [
      [failed, FAILED],
      [late, FAILED],
      [delivered, { next: 'delivered' }],
      [silent, FAILED],
      [retried, { next: 'retry', delayMs: 60_000 }],
    ] as const;

    const recorded = await attempts.record(
      decisions.map(([id, decision]) => aFinishedAttempt({ id: id!, attempt: 2, decision })),
      [failed!, late!, delivered!],
    );

    expect(recorded).toEqual(new Set([failed, delivered, silent, retried]));
    expect(await stored()).toMatchObject([{ tenant_id: 'default', state: 0, data: { deliveryId: failed } }]);
  });

  it('gets a delivery that fails because workers died during all of its attempts', async () => {
    const { id } = await rows.delivery({
      subscriptionId: await rows.subscription(),
      ...{ state: 1, attemptCount: 5, abandonedCount: 4, dueIn: -1, leaseIn: -1 },
    });

    const { failed } = await due.takeDue(10, null);

    expect(failed).toMatchObject([{ id }]);
    expect(await stored()).toMatchObject([{ data: { deliveryId: id } }]);
  });

  it('is spared the failures of tenants without an active or paused subscription that asks for them', async () => {
    const subscriptions = new SubscriptionsRepository(new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 2 }))); // prettier-ignore
    const given = [
      ['exact', '{order.created,webhooks.delivery.failed}', 0],
      ['below', '{webhooks.delivery.*}', 0],
      ['paused', '{webhooks.*}', 1],
      ['disabled', '{webhooks.*}', 2],
      ['other', '{webhooks.replay.finished,order.*}', 0],
      ['everything', '{*}', 0],
    ] as const;
    for (const [tenantId, eventTypes, state] of given) {
      const id = await rows.subscription({ state });
      await database.query('update subscriptions set tenant_id = $2, event_types = $3 where id = $1', [
        id,
        tenantId,
        eventTypes,
      ]);
    }

    const asking = (limit: number) =>
      transactions.run(null, (tx) =>
        subscriptions.findTenantsWanting(tx, patternsWanting('webhooks.delivery.failed'), limit),
      );

    expect((await asking(10)).sort()).toEqual(['below', 'exact', 'paused']);
    expect(await asking(2)).toHaveLength(2);
  });

  it('gives out no more failures of a tenant in a minute than the limit, and counts all others in the next', async () => {
    await beginMinute('default');
    await fail(7 * LIMIT);
    await fail(3, 'other');

    const first = await takeAll(LIMIT);
    expect(first.filter(({ content }) => content?.tenantId === 'default')).toHaveLength(LIMIT);
    expect(first.filter(({ content }) => content?.tenantId === 'other')).toHaveLength(3);
    expect(countOf(first)).toBe(LIMIT + 3);
    const [held, ...others] = (await stored()).filter(({ state }) => state === 1);
    expect([held?.omitted, others]).toEqual([6 * LIMIT - 1, []]);

    await fail(2);
    expect(await takeAll()).toEqual([]);
    await passMinute();
    const second = await takeAll();

    expect(second).toHaveLength(1);
    expect(countOf([...first, ...second])).toBe(7 * LIMIT + 3 + 2);
  });

  it('counts every failure of a flood that goes on from minute to minute', async () => {
    await beginMinute('default');
    await fail(2 * LIMIT);
    const first = await takeAll();
    await outbox.remove(first.map(({ id }) => id));
    await passMinute();
    await fail(3 * LIMIT);
    const second = await takeAll();
    await outbox.remove(second.map(({ id }) => id));
    await passMinute();
    const third = await takeAll();

    expect(countOf([...first, ...second, ...third])).toBe(5 * LIMIT);
  });

  it('gives out everything else at once, however many failures there are', async () => {
    await fail(LIMIT + 50);
    await announce();

    const taken = await takeAll();

    expect(taken.filter(({ content }) => content?.type === RECOVERED.type)).toHaveLength(1);
    expect(taken).toHaveLength(LIMIT + 1);
  });

  it('gives out again what a process took and did not remove, once its lease is over, and counts it once', async () => {
    await fail(LIMIT);
    const taken = await takeAll();
    expect(await takeAll()).toEqual([]);
    await outbox.remove(taken.slice(2).map(({ id }) => id));

    await database.query(`update announcements set due_at = due_at - interval '30 seconds'`);
    const again = await takeAll();

    expect(new Set(again.map(({ id }) => id))).toEqual(new Set(taken.slice(0, 2).map(({ id }) => id)));
    expect(again.map(({ omitted }) => omitted)).toEqual([0, 0]);
  });

  it('gives out nothing while another process takes', async () => {
    await fail(1);
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query(`select pg_advisory_xact_lock(${ADVISORY_LOCKS.announcing})`);
    expect(await takeAll()).toEqual([]);

    await other.rollbackTransaction();
    await other.release();
    expect(await takeAll()).toHaveLength(1);
  });

  it('forgets the counts of minutes long past', async () => {
    await fail(1);
    await takeAll();
    await outbox.forgetMinutes();
    expect(await database.query('select from announced_minutes')).toHaveLength(1);
    await database.query(`update announced_minutes set minute = minute - interval '2 days'`);
    await outbox.forgetMinutes();
    expect(await database.query('select from announced_minutes')).toEqual([]);
  });

  it('leads to one event though the process dies after its commit and before the announcement is removed', async () => {
    const subscriptionId = await rows.subscription();
    await announce();
    const [taken] = await takeAll();
    const wakeUps = { isTakingJobs: () => false, add: () => undefined, countUnqueued: () => undefined };
    const writer = new EventWriter(
      ingest,
      new HandOver(),
      wakeUps as unknown as DeliveryWakeUps,
      {} as WideEventWriter,
      new SystemClock(),
    );
    const events = new OperationalEvents(
      { getAudience: () => Promise.resolve({ count: 1, ids: [subscriptionId] }) } as unknown as PublishTargets,
      { make: ({ eventId }: { eventId: string }) => Promise.resolve({ eventId }) } as unknown as OperationalPayloads,
      writer,
      { accepted: () => undefined } as unknown as EventReport,
      new SystemClock(),
    );

    expect(await events.publish(taken!)).toBe('published');
    await database.query(`update announcements set due_at = now()`);
    const [again] = await takeAll();
    expect(await events.publish(again!)).toBe('repeated');

    expect(await database.query('select event_type, addressing, idempotency_key from events')).toEqual([
      { event_type: RECOVERED.type, addressing: 0, idempotency_key: `announcement:${taken!.id}` },
    ]);
    expect(await database.query('select subscription_id from open_deliveries')).toEqual([
      { subscription_id: subscriptionId },
    ]);
  });
});
