import { Client } from 'pg';
import type { AddressedEvent, NewEvent } from '../../src/ingest/domain/new-event.js';
import { IdempotencyRetention } from '../../src/ingest/idempotency-retention.js';
import { deliveriesOf } from '../../src/ingest/first-deliveries.js';
import { IngestRepository } from '../../src/ingest/ingest.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { deliveryUuid, newEventUuid, newUuid } from '../../src/shared/ids/uuid.js';
import { eventually } from '../support/eventually.js';
import { aNewEvent } from '../support/factories.js';
import type { Janitor } from '../../src/shared/time/janitor.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const FINGERPRINT = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n));
const keyed = (key: string, given: Parameters<typeof aNewEvent>[0] = {}): AddressedEvent =>
  aNewEvent({ idempotency: { key, fingerprint: FINGERPRINT }, ...given });

describe('an accepted event, on real PostgreSQL', () => {
  let database: TestDatabase;
  let hotPath: HotPath;
  let repository: IngestRepository;
  let rows: StoredRows;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = parseSettings(fastSettings(database, { VISIBILITY_TIMEOUT: '30' }));
    hotPath = new HotPath(settings, silentLogger);
    repository = new IngestRepository(hotPath, settings);
    rows = new StoredRows(database);
  });

  beforeEach(() => rows.clear());

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  /** Whether each event was accepted. */
  const accept = async (events: AddressedEvent[], deliveriesAre: 'queued' | 'due'): Promise<boolean[]> => {
    const { accepted } = await repository.accept({ events, deliveries: events.flatMap(deliveriesOf), deliveriesAre });
    return events.map(({ id }) => accepted.has(id));
  };

  const storedOf = async (events: readonly NewEvent[]): Promise<string[]> => {
    const stored = await database.query<{ id: string }>('select id from events');
    const ids = new Set(stored.map(({ id }) => id));
    return events.map(({ id }) => id).filter((id) => ids.has(id));
  };
  const countOf = async (table: string): Promise<number> => {
    const [row] = await database.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    return row!.count;
  };

  it('is stored with all its deliveries, pending and handed to the queue', async () => {
    const id = newEventUuid(Date.now());
    const subscriptionIds = [1, 2, 3].map(() => newUuid(Date.now()));
    const deliveries = subscriptionIds.map((subscriptionId, n) => ({ id: deliveryUuid(id, n + 1), subscriptionId }));
    const event = aNewEvent({
      id,
      tenantId: 'acme',
      eventType: 'a.b',
      contentType: 'text/plain; charset=x',
      subscriptionIds,
    });

    expect(await accept([event], 'queued')).toEqual([true]);

    expect(await database.query('select id, tenant_id, event_type, content_type from events')).toEqual([
      { id, tenant_id: 'acme', event_type: 'a.b', content_type: 'text/plain; charset=x' },
    ]);
    const opened = await database.query(
      `select id, event_id, subscription_id as "subscriptionId", tenant_id, attempt_count from open_deliveries order by id`,
    );
    expect(opened).toEqual(deliveries.map((each) => ({ ...each, event_id: id, tenant_id: 'acme', attempt_count: 0 })));
    const open = await rows.open(deliveries[0]!.id);
    expect(open).toMatchObject({ state: 0, abandoned_count: 0, is_parked: false, lease_in: null });
    expect(open!.due_in).toBeGreaterThan(25);
    expect(open!.due_in).toBeLessThanOrEqual(30);
  });

  it('is kept with its tags and its key, and found by them, in a group with others that have none', async () => {
    const tagged = aNewEvent({ tags: ['order-1234', 'null'] });
    const both = keyed('the-key', { tags: ['order-1234'] });
    const bare = aNewEvent();

    expect(await accept([tagged, both, bare], 'queued')).toEqual([true, true, true]);

    expect(await database.query('select id, tags, idempotency_key as key from events order by id')).toEqual(
      [
        { id: tagged.id, tags: ['order-1234', 'null'], key: null },
        { id: both.id, tags: ['order-1234'], key: 'the-key' },
        { id: bare.id, tags: null, key: null },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    const found = await database.query('select event_id as id, tag from event_tags order by tag, id');
    const ofOrder = [tagged.id, both.id].sort().map((id) => ({ id, tag: 'order-1234' }));
    expect(found).toEqual([{ id: tagged.id, tag: 'null' }, ...ofOrder]);
  });

  it('leaves no tags behind when its key is taken', async () => {
    await accept([keyed('taken')], 'queued');

    expect(await accept([keyed('taken', { tags: ['a'] })], 'queued')).toEqual([false]);

    expect(await countOf('event_tags')).toBe(0);
  });

  it('is due at once when the queue takes nothing', async () => {
    const event = aNewEvent();
    await accept([event], 'due');
    expect((await rows.open(deliveryUuid(event.id, 1)))!.due_in).toBeLessThanOrEqual(0);
  });

  it('is stored even if no subscription wants it', async () => {
    const event = aNewEvent({ subscriptionIds: [] });
    expect(await accept([event], 'queued')).toEqual([true]);
    expect(await storedOf([event])).toEqual([event.id]);
    expect(await countOf('open_deliveries')).toBe(0);
  });

  it('keeps its payload byte for byte in a group, whatever it is', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const payloads = [
      all,
      Buffer.from([0]),
      Buffer.from('\\x00 not hex'),
      Buffer.alloc(1_048_576, 255),
      all.toReversed(),
    ];
    const events = payloads.map((payload) => aNewEvent({ payload: Buffer.from(payload) }));

    await accept(events, 'queued');

    for (const { id, payload } of events) {
      const [stored] = await database.query<{ payload: Buffer }>('select payload from events where id = $1', [id]);
      expect(stored!.payload.equals(payload)).toBe(true);
    }
  });

  it('keeps its texts unchanged, whatever they mean in an array of PostgreSQL', async () => {
    const texts = [
      'null',
      'NULL',
      '',
      'a"b',
      '\\',
      '\\"',
      '{a,b}',
      'a, b',
      " '",
      'a; charset="x"',
      'ü\u2028\ud83d\ude00',
    ];
    const events = texts.map((text) => aNewEvent({ tenantId: text, eventType: text, contentType: text }));

    await accept(events, 'queued');

    const stored = await database.query<{ id: string }>(
      `select e.id, e.tenant_id as "tenantId", event_type as "eventType", content_type as "contentType", d.tenant_id as owner
       from events e join open_deliveries d on d.event_id = e.id`,
    );
    const wanted = events.map(({ id, tenantId, eventType, contentType }) => {
      return { id, tenantId, eventType, contentType, owner: tenantId };
    });
    expect(stored.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(wanted.sort((a, b) => (a.id < b.id ? -1 : 1)));
  });

  it('keeps what belongs to it in a group of a thousand', async () => {
    const events = Array.from({ length: 1000 }, (_, n) => aNewEvent({ payload: Buffer.from(`{"n":${n}}`) }));

    expect(await accept(events, 'queued')).toEqual(events.map(() => true));

    const stored = await database.query<{ id: string; text: string }>(
      `select d.id, convert_from(e.payload, 'utf8') as text from open_deliveries d join events e on e.id = d.event_id`,
    );
    const wanted = events.map(({ id, payload }) => [deliveryUuid(id, 1), payload.toString()] as const);
    expect(new Map(stored.map(({ id, text }) => [id, text]))).toEqual(new Map(wanted));
  });

  it('is stored with all of its group, or not at all', async () => {
    const good = keyed('of the good one');
    const bad = aNewEvent();
    await expect(accept([good, bad, bad], 'queued')).rejects.toMatchObject({ code: '23505' });
    const counts = await Promise.all(['events', 'open_deliveries', 'idempotency_keys'].map(countOf));
    expect(counts).toEqual([0, 0, 0]);
  });

  describe('under a key', () => {
    it('is remembered under the key for a day', async () => {
      const event = keyed('k1');
      expect(await accept([event], 'queued')).toEqual([true]);
      const found = { fingerprint: FINGERPRINT, eventId: event.id, deliveryCount: 1 };
      expect(await repository.findRequest('default', 'k1')).toEqual(found);
      expect(await repository.findRequest('default', 'K1')).toBeNull();
      expect(await repository.findRequest('another tenant', 'k1')).toBeNull();
      const [row] = await database.query<{ hours: number }>(
        'select extract(epoch from expires_at - now())::float8 / 3600 as hours from idempotency_keys',
      );
      expect(row!.hours).toBeCloseTo(24, 1);
    });

    it('is not stored at all when the key is taken', async () => {
      const first = keyed('k1');
      const second = keyed('k1', { eventType: 'another' });
      await accept([first], 'queued');
      expect(await accept([second], 'queued')).toEqual([false]);
      expect(await storedOf([first, second])).toEqual([first.id]);
      expect(await rows.open(deliveryUuid(second.id, 1))).toBeUndefined();
      expect(await repository.findRequest('default', 'k1')).toMatchObject({ eventId: first.id });
    });

    it('is accepted when another tenant has that key', async () => {
      const events = [keyed('k1'), keyed('k1', { tenantId: 'acme' })];
      expect(await accept(events, 'queued')).toEqual([true, true]);
      expect(await repository.findRequest('acme', 'k1')).toMatchObject({ eventId: events[1]!.id });
    });

    it('is accepted when the key has expired, and takes the key anew', async () => {
      const [first, second, third] = [keyed('k1'), keyed('k1'), keyed('k1')];
      await accept([first], 'queued');
      await database.query(`update idempotency_keys set expires_at = now() - interval '1 second'`);
      expect(await repository.findRequest('default', 'k1')).toBeNull();

      expect(await accept([second], 'queued')).toEqual([true]);

      expect(await repository.findRequest('default', 'k1')).toMatchObject({ eventId: second.id });
      expect(await accept([third], 'queued')).toEqual([false]);
      expect(await storedOf([first, second, third])).toEqual([first.id, second.id]);
    });

    it.each([
      ['new', ''],
      [
        'expired',
        `insert into idempotency_keys select 'default', 'k' || n, '', gen_random_uuid(), 1, now() from
         generate_series(0, 19) n`,
      ],
    ])('is accepted once, of two that come at the same time with one %s key', async (_, before) => {
      if (before !== '') await database.query(before);
      for (let n = 0; n < 20; n += 1) {
        const rivals = [keyed(`k${n}`), keyed(`k${n}`)];
        const won = await Promise.all(rivals.map((event) => accept([event], 'queued')));
        expect(won.flat().sort()).toEqual([false, true]);
        const winner = rivals.filter((_event, index) => won[index]![0]);
        expect(await storedOf(rivals)).toEqual(winner.map(({ id }) => id));
        expect(await repository.findRequest('default', `k${n}`)).toMatchObject({ eventId: winner[0]!.id });
      }
    });

    it('is accepted or refused independently of others in its group', async () => {
      await accept([keyed('taken')], 'queued');
      const id = newEventUuid(Date.now());
      const ofTwo = keyed('of two', { id, subscriptionIds: [1, 2].map(() => newUuid(Date.now())) });
      const group = [aNewEvent(), keyed('z'), keyed('taken'), aNewEvent(), keyed('a'), ofTwo];

      expect(await accept(group, 'queued')).toEqual([true, true, false, true, true, true]);

      const kept = group.filter((_, index) => index !== 2);
      expect(await storedOf(group)).toEqual(kept.map(({ id }) => id));
      expect(await repository.findRequest('default', 'z')).toMatchObject({ eventId: group[1]!.id });
      expect(await repository.findRequest('default', 'a')).toMatchObject({ eventId: group[4]!.id });
      expect(await repository.findRequest('default', 'of two')).toMatchObject({ deliveryCount: 2 });
      expect(await countOf('open_deliveries')).toBe(1 + 4 + 2);
    });

    it('keeps its own fingerprint, whatever the order of the keys', async () => {
      const fingerprintOf = (n: number): Buffer => Buffer.alloc(32, n);
      const group = [3, 1, 2].map((n) => aNewEvent({ idempotency: { key: `k${n}`, fingerprint: fingerprintOf(n) } }));
      await accept(group, 'queued');
      for (const n of [1, 2, 3]) {
        expect((await repository.findRequest('default', `k${n}`))!.fingerprint).toEqual(fingerprintOf(n));
      }
    });

    it.each([
      ['keys', ['a', 'm', 'z'], ['default', 'default', 'default']],
      ['tenants that chose the same key', ['m', 'm', 'm'], ['a', 'm', 'z']],
    ])('waits for a group that shares %s in another order, without a deadlock', async (_, keys, tenants) => {
      const groupOf = (order: number[]): AddressedEvent[] =>
        order.map((n) => keyed(keys[n]!, { tenantId: tenants[n]! }));
      const holder = new Client({ connectionString: database.url });
      await holder.connect();
      /** Null when this machine stood still until the wait was over. */
      const race = async (): Promise<boolean[][] | null> => {
        await rows.clear();
        // Another transaction holds the middle key until both groups wait, each with the keys it has by then.
        await holder.query('begin');
        await holder.query(
          `insert into idempotency_keys values ($1, 'm', '', gen_random_uuid(), 1, now() + interval '1 day')`,
          [tenants[1]],
        );
        const accepted = [groupOf([0, 1, 2]), groupOf([2, 1, 0])].map((group) => accept(group, 'queued'));
        let isOver = false;
        const settled = Promise.allSettled(accepted).finally(() => (isOver = true));
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        await eventually(() => database.query(waiting), { until: ({ length }) => isOver || length === 2 });
        await holder.query('rollback');
        return (await settled).some(isStatementTimeout) ? null : Promise.all(accepted);
      };
      try {
        let accepted = await race();
        while (accepted === null) accepted = await race();

        const [forward, backward] = accepted;
        expect([forward, backward!.toReversed()].sort()).toEqual([[false, false, false], [true, true, true]]); // prettier-ignore
        expect(await countOf('events')).toBe(3);
      } finally {
        await holder.end();
      }
    });
  });

  it('loses its key when the key expires, however many do, and no other key is lost', async () => {
    await database.query(
      `insert into idempotency_keys select 'default', 'expired' || n, '', gen_random_uuid(), 1, now() - interval '1 second'
       from generate_series(1, 10001) n`,
    );
    await database.query(
      `insert into idempotency_keys values ('default', 'living', '', gen_random_uuid(), 1, now() + interval '1 minute')`,
    );
    let forget = (_isStopped: () => boolean): Promise<void> => Promise.reject(new Error('there is no chore'));
    const janitor: Pick<Janitor, 'add'> = { add: (_failed, chore) => (forget = chore) };
    new IdempotencyRetention(janitor as Janitor, repository);

    await forget(() => false);

    expect(await database.query('select key from idempotency_keys')).toEqual([{ key: 'living' }]);
  });
});

function isStatementTimeout(outcome: PromiseSettledResult<unknown>): boolean {
  return outcome.status === 'rejected' && (outcome.reason as { code?: unknown }).code === '57014';
}
