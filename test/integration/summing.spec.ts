import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { ENTRIES } from '../../src/stats/statements/merged.js';
import { type Step, SummingRepository } from '../../src/stats/summing/summing.repository.js';
import { LedgerRepository } from '../../src/status/ledger.repository.js';
import { eventually } from '../support/eventually.js';
import { storePast } from '../support/past-history.js';
import { StoredRows } from '../support/stored-rows.js';
import { disagreements } from '../support/summed-history.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HOUR_MS = 3_600_000;
const thisHourMs = (): number => Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
/** SQL of the time of event n, in the five minutes before the present one. */
const LATELY = `date_trunc('minute', now()) - interval '5 minutes' + n * interval '37 millisecond'`;

describe('summing up the history, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rows: StoredRows;
  let summing: SummingRepository;
  let ledger: LedgerRepository;
  let clients: Client[];

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 10 }),
    ).initialize();
    rows = new StoredRows(database);
    summing = new SummingRepository(dataSource);
    const connections = new ApiConnections({ databasePoolSize: 10 });
    ledger = new LedgerRepository(
      new TenantDatabase(dataSource, connections),
      new Transactions(dataSource, connections),
    );
  });

  beforeEach(async () => {
    await rows.clear();
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) await client.end();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const firstKeptMs = (): number => (Math.floor(Date.now() / DAY_MS) - 30) * DAY_MS;
  /** Another connection, which ends with the test. */
  const connect = async (applicationName = ''): Promise<Client> => {
    const client = new Client({ connectionString: database.url, application_name: applicationName });
    clients.push(client);
    await client.connect();
    return client;
  };
  /** Lets sums begin before the history that a test stores. */
  const beginEarlier = (minutes = 8): Promise<unknown> =>
    database.query(
      `update stats_progress set started_at = date_trunc('minute', now()) - $1 * interval '1 minute',
         closed_until = date_trunc('minute', now()) - $1 * interval '1 minute', summed_from_hour = 0, sampled_at = now() + interval '1 day',
         kept_from = 'infinity'`,
      [minutes],
    );
  /** Does what there is to do; returns the tasks. */
  const sumUp = async (): Promise<Step[]> => {
    const done: Step[] = [];
    for (;;) {
      const step = await summing.step(done.at(-1) === 'open', firstKeptMs());
      if (step === null) return done;
      done.push(step);
    }
  };
  const closedUntil = async (): Promise<number> =>
    (await database.query<{ at: Date }>('select closed_until as at from stats_progress'))[0]!.at.getTime();
  const ledgerOf = (tenant: string) => ledger.list(tenant, thisHourMs() - DAY_MS, thisHourMs() + HOUR_MS);
  const verified = (tenant: string) => ledger.verify(tenant, thisHourMs() - DAY_MS, thisHourMs() + HOUR_MS);

  it('says the same as the history, whatever happened to the deliveries of several tenants', async () => {
    await beginEarlier();
    await storePast(database, { events: 5000, tenants: ['default', 'acme', 'other'], acceptedAt: LATELY });

    expect(await sumUp()).toContain('close');

    expect(await disagreements(database)).toEqual([]);
    const [kinds] = await database.query<{ kinds: number; counts: number }>(
      `select count(distinct kind)::int as kinds, sum(count)::int as counts from delivery_stats where event_type is null`,
    );
    expect(kinds).toEqual({ kinds: 5, counts: 11_000 + 10_000 + 14_000 });
    for (const tenant of ['default', 'acme', 'other']) {
      const hours = await verified(tenant);
      expect(hours.length).toBeGreaterThan(0);
      expect(hours.map(({ agrees }) => agrees)).toEqual(hours.map(() => true));
      expect(hours.map(({ accepted, delivered, failed, cancelled, unfinished }) => accepted - delivered - failed - cancelled - unfinished)).toEqual(hours.map(() => 0)); // prettier-ignore
      expect(await ledgerOf(tenant)).toEqual(hours.map(({ agrees: _, ...hour }) => hour));
    }
  });

  it('counts nothing twice when many processes try at once', async () => {
    await beginEarlier(60);
    await storePast(database, { events: 3000, acceptedAt: `date_trunc('minute', now()) - n * interval '1 second'` });
    await summing.step(false, firstKeptMs());

    const steps = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const own = new SummingRepository(dataSource);
        const done: Step[] = [];
        for (let tries = 0; tries < 40; tries += 1) done.push(await own.step(false, firstKeptMs()));
        return done;
      }),
    );

    expect(steps.flat()).toContain('close');
    await sumUp();
    expect(await disagreements(database)).toEqual([]);
  });

  it('is left to one process at a time', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    await summing.step(false, firstKeptMs());
    const holder = await connect();
    await holder.query('begin');
    await holder.query('lock table ledger_hours in share row exclusive mode');

    const first = summing.step(false, firstKeptMs());
    await eventually(
      () =>
        database.query(`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`),
      { until: (waiting) => waiting.length === 1 },
    );
    expect(await new SummingRepository(dataSource).step(false, firstKeptMs())).toBeNull();

    await holder.query('commit');
    expect(await first).toBe('close');
    expect(await disagreements(database)).toEqual([]);
  });

  it('waits for a transaction that recorded something in a minute and has not committed', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    const late = await connect();
    await late.query('begin');
    await late.query(
      `update deliveries set finished_at = finished_at - interval '1 minute' where id = (select min(id::text)::uuid from deliveries)`,
    );
    const before = await closedUntil();

    expect(await sumUp()).toEqual(['fence', 'open']);
    expect(await closedUntil()).toBe(before);
    // What has been recorded is counted at once all the same.
    expect((await ledgerOf('default')).reduce((sum, { accepted }) => sum + accepted, 0)).toBe(220);

    await late.query('commit');
    expect(await sumUp()).toContain('close');
    expect(await disagreements(database)).toEqual([]);
  });

  it('waits for a transaction of the service that began in a minute and writes later', async () => {
    await beginEarlier(1);
    const late = await connect('webhooks-delivery');
    await late.query('begin');
    await late.query('select now()');
    await database.query(`update stats_progress set fence_at = now(), fence_xid = (select pg_current_xact_id())`);
    await database.query(`update stats_progress set fence_at = date_trunc('minute', now()) + interval '2 minutes'`);

    expect(await summing.step(false, firstKeptMs())).toBe('open');
    await late.query('commit');
    expect(await summing.step(false, firstKeptMs())).toBe('close');
  });

  it('goes on after a restoration, in a database whose transaction ids begin anew', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    await database.query(
      `update stats_progress set fence_at = now() - interval '1 minute', fence_xid = '999999999999'`,
    );
    expect((await sumUp()).slice(0, 2)).toEqual(['fence', 'close']);
    expect(await disagreements(database)).toEqual([]);
  });

  it('waits neither for those that only read, nor for those that began later', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    const reader = await connect('pg_dump');
    await reader.query('begin isolation level repeatable read read only');
    await reader.query('select count(*) from events');
    await summing.step(false, firstKeptMs());
    const later = await connect();
    await later.query('begin');
    await later.query('update subscriptions set description = null');
    await later.query('select pg_current_xact_id()');

    expect(await sumUp()).toContain('close');
    expect(await disagreements(database)).toEqual([]);
  });

  it('starts by itself, and then adds what was recorded before, hour by hour of its events', async () => {
    const acceptedAt = `now() - interval '7 hours' + n * interval '5 second'`;
    await storePast(database, { events: 4000, tenants: ['default', 'acme'], acceptedAt, isOld: true });
    const history = await Promise.all(['default', 'acme'].map(ledgerOf));

    const first = await sumUp();
    expect(first.slice(0, 2)).toEqual(['start', 'sample']);
    await database.query(
      `update stats_progress set started_at = closed_until - interval '1 minute', fence_at = closed_until`,
    );
    const done = [...first, ...(await sumUp())];

    expect(done.filter((step) => step === 'add earlier').length).toBeGreaterThanOrEqual(7);
    expect(await database.query('select summed_from_hour as hour from stats_progress')).toEqual([{ hour: 0 }]);
    expect(await Promise.all(['default', 'acme'].map(ledgerOf))).toEqual(history);
    const hours = await verified('acme');
    expect(hours.map(({ agrees }) => agrees)).toEqual(hours.map(() => true));
    const [sums] = await database.query<{ counted: number; stored: number }>(
      `select (select sum(count)::int from delivery_stats where event_type is null) as counted,
         ((select count(*) from deliveries) + (select count(*) from attempts) + 8000)::int as stored`,
    );
    expect(sums!.counted).toBe(sums!.stored);
  });

  it('shows in a verified ledger what the sums lack', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    await sumUp();
    await database.query('update ledger_hours set failed = failed + 1');

    const hours = await verified('default');
    expect(hours.map(({ agrees }) => agrees)).toEqual(hours.map(() => false));
    const difference = (await ledgerOf('default')).reduce((sum, { failed }) => sum + failed, 0);
    expect(difference).toBe(hours.reduce((sum, { failed }) => sum + failed, 0) + hours.length);
  });

  it('can be done again as docs/troubleshooting.md says, when the sums are wrong', async () => {
    await beginEarlier();
    await storePast(database, { events: 100, acceptedAt: LATELY });
    await sumUp();
    await database.query('update ledger_hours set failed = failed + 1');
    const [, recipe] = /```sql\n(.*?)```/s.exec(readFileSync('docs/troubleshooting.md', 'utf8'))!;

    await database.query(recipe!);
    await sumUp();
    await database.query(`update stats_progress set started_at = closed_until - interval '1 minute'`);
    await sumUp();

    const hours = await verified('default');
    expect(hours.length).toBeGreaterThan(0);
    expect(hours.map(({ agrees }) => agrees)).toEqual(hours.map(() => true));
    expect(await ledgerOf('default')).toEqual(hours.map(({ agrees: _, ...hour }) => hour));
  });

  it('stores a manual retry of the previous version as this one does, and keeps the count of the event', async () => {
    await beginEarlier();
    await storePast(database, { events: 1, acceptedAt: LATELY });
    await sumUp();
    await database.query('update events set delivery_count = delivery_count + 1');

    expect(await database.query('select delivery_count from events')).toEqual([{ delivery_count: 2 }]);
    const accepted = (await ledgerOf('default')).reduce((sum, row) => sum + row.accepted, 0);
    expect(accepted).toBe(3);
  });

  it('folds minutes that nobody can ask for into hours, with the same numbers and durations', async () => {
    await new PartitionKeeper(dataSource).makeAhead(new Date(Date.now() - 3 * DAY_MS));
    const start = `date_trunc('hour', now()) - interval '54 hours'`;
    await storePast(database, { events: 400, acceptedAt: `${start} + n * interval '15 second'` });
    await beginEarlier(55 * 60);
    await database.query(
      `insert into waiting_samples select ${start} + n * interval '1 minute', false, 'default', null, n, ${start}
       from generate_series(0, 119) n`,
    );
    const numbers = () =>
      database.query(
        `select date_trunc('hour', at) as hour, kind, status_code, error_code, event_type, subscription_id, sum(count) as count,
           (select array_agg((bucket, n) order by bucket) from (
             select bucket, sum(n) as n from delivery_stats s, ${ENTRIES}
             where date_trunc('hour', s.at) = date_trunc('hour', d.at) and (s.kind, s.status_code, s.error_code, s.event_type, s.subscription_id)
               is not distinct from (d.kind, d.status_code, d.error_code, d.event_type, d.subscription_id) group by bucket) b)::text as histogram
         from delivery_stats d group by 1, 2, 3, 4, 5, 6, 8 order by 1, 2, 3, 4, 5, 6`,
      );
    // The fold waits until all minutes are summed up.
    await database.query(`update stats_progress set folded_until = 'infinity'`);
    const threeHoursLater = Date.now() - 52 * HOUR_MS;
    while ((await closedUntil()) < threeHoursLater) await summing.step(false, firstKeptMs());
    await database.query(`update stats_progress set closed_until = date_trunc('minute', now())`);
    await sumUp();
    const before = await numbers();
    await database.query('update stats_progress set folded_until = null');

    const done = await sumUp();

    expect(done.filter((step) => step === 'fold').length).toBeGreaterThanOrEqual(5);
    expect(await numbers()).toEqual(before);
    expect(await database.query(`select from delivery_stats where not is_hour and at < now() - interval '50 hours'`)).toEqual([]); // prettier-ignore
    const samples = await database.query('select waiting::int as waiting, is_hour from waiting_samples order by at');
    expect(samples).toEqual([59, 119].map((waiting) => ({ waiting, is_hour: true })));
  });

  it('forgets what is older than the history', async () => {
    await beginEarlier();
    await storePast(database, { events: 50, acceptedAt: LATELY });
    await sumUp();
    await database.query(`insert into ledger_hours values ('default', 1, 1, 1, 0, 0)`);
    await database.query(`update delivery_stats set at = at - interval '40 days' where kind = 1`);
    await database.query('update stats_progress set kept_from = null');

    expect(await sumUp()).toContain('forget');
    expect(await database.query('select from delivery_stats where kind = 1')).toEqual([]);
    expect(await database.query('select from ledger_hours where hour = 1')).toEqual([]);
    expect((await database.query('select from delivery_stats')).length).toBeGreaterThan(0);
  });

  it('samples what waits, and since when it is due', async () => {
    const [one, other] = [await rows.subscription(), await rows.subscription()];
    await rows.deliveries(3, { subscriptionId: one, dueIn: -60 });
    await rows.deliveries(2, { subscriptionId: other, parkedIn: -3600 });
    await rows.deliveries(4, { subscriptionId: other, state: 1, attemptCount: 1, leaseIn: 60 });
    await rows.deliveries(1, { subscriptionId: one, dueIn: 3600 });
    await sumUp();

    const samples = await database.query(
      `select subscription_id, waiting::int as waiting, round(extract(epoch from now() - oldest_due_at) / 60)::int as minutes
       from waiting_samples order by waiting`,
    );
    expect(samples).toEqual([
      { subscription_id: other, waiting: 2, minutes: 60 },
      { subscription_id: one, waiting: 4, minutes: 1 },
      { subscription_id: null, waiting: 6, minutes: 60 },
    ]);
  });
});
