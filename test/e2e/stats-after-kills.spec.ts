import { Client } from 'pg';
import { ADVISORY_LOCKS } from '../../src/shared/database/advisory-locks.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { disagreements } from '../support/summed-history.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Statements that hold up the summing transaction: before its sums, in their midst, and after them. */
const HOLDS = {
  'before it sums up': 'lock table ledger_hours in access exclusive mode',
  'while it sums up': 'lock table delivery_stats in share row exclusive mode',
  'after it has summed up': 'select from stats_progress for update',
} as const;

/** Lets everything have happened two minutes earlier, as if its minute had passed. */
const EARLIER = `interval '2 minutes'`;

describe('sums after the process that summed up was killed, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  let service: ServiceProcess;
  let holder: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    settings = fastSettings(database, { ...PATIENT, MAX_RETRIES: '2', SUMMING_INTERVAL: '0.3' });
    receiver.script('/flaky', ...Array.from({ length: 30 }, (_, n) => respond(n % 3 === 0 ? 200 : 503)));
  });

  beforeEach(async () => {
    holder = new Client({ connectionString: database.url });
    await holder.connect();
    service = await startService({ entry: 'main', settings });
  });

  afterEach(async () => {
    await holder.end();
    await service.stop();
  });

  afterAll(async () => {
    await receiver.close();
    await database.drop();
  });

  /** Deliveries that succeed, are retried, fail, are cancelled, and are retried by hand. */
  const makeHistory = async (): Promise<void> => {
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/flaky'), event_type: 'a' });
    const tasks = await Promise.all(Array.from({ length: 10 }, () => api.publish(id, {})));
    for (const { task_id: task } of tasks) await api.untilFinal(task);
    const { body } = await api.request('POST', `/deliveries/${tasks[0]!.task_id}/retry`);
    await api.untilFinal((body as { id: string }).id);
    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const { task_id: waiting } = await api.publish(id, {});
    await api.request('POST', `/deliveries/${waiting}/cancel`);
    await api.publish(id, {});
  };

  /** Nobody sums up meanwhile. What had been summed up before is summed up again. */
  const moveBack = async (): Promise<void> => {
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.summing]);
    await holder.query(`update events set accepted_at = accepted_at - ${EARLIER}`);
    await holder.query(`update attempts set recorded_at = recorded_at - ${EARLIER}`);
    await holder.query(`update deliveries set finished_at = finished_at - ${EARLIER}`);
    await holder.query(`update delivery_repeats set created_at = created_at - ${EARLIER}`);
    await holder.query('delete from delivery_stats');
    await holder.query('delete from ledger_hours');
    await holder.query(
      `update stats_progress set started_at = date_trunc('minute', now()) - interval '30 minutes', fence_at = null,
         closed_until = date_trunc('minute', now()) - interval '30 minutes', summed_from_hour = 0`,
    );
    await holder.query('commit');
  };
  /**
   * Holds up the step after the fence, which closes minutes. The lock of the sums keeps that step from coming first; if
   * it has come already, everything is moved back once more.
   */
  const holdUp = async (hold: string): Promise<void> => {
    await eventually(async () => {
      await holder.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.summing]);
      try {
        const { rows } = await holder.query<{ is_fenced: boolean; is_closed: boolean }>(
          'select fence_at is not null as is_fenced, exists (select from delivery_stats) as is_closed from stats_progress',
        );
        if (rows[0]!.is_closed) await moveBack();
        expect(rows).toEqual([{ is_fenced: true, is_closed: false }]);
        await holder.query('begin');
        await holder.query(hold);
      } finally {
        await holder.query('select pg_advisory_unlock($1)', [ADVISORY_LOCKS.summing]);
      }
    });
  };
  const progress = () => database.query('select closed_until, summed_from_hour from stats_progress');
  const untilHeld = () =>
    eventually(
      () =>
        database.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
             and application_name = 'webhooks-api'`,
        ),
      { until: (held) => held.length > 0, timeoutMs: 60_000 },
    );

  it.each(Object.entries(HOLDS))('say the same as the history: killed %s', async (_, hold) => {
    await makeHistory();
    await moveBack();
    await holdUp(hold);
    const before = await progress();
    await untilHeld();

    await service.kill();
    await holder.query('commit');

    // Nothing of the killed transaction stays.
    await eventually(
      () => database.query(`select from pg_stat_activity where datname = current_database() and application_name = 'webhooks-api'`), // prettier-ignore
      { until: (sessions) => sessions.length === 0 },
    );
    expect(await progress()).toEqual(before);
    expect(await database.query('select from delivery_stats')).toEqual([]);

    service = await startService({ entry: 'main', settings });
    await eventually(
      () => database.query(`select from stats_progress where closed_until >= date_trunc('minute', now()) - interval '1 minute'`), // prettier-ignore
      { until: (rows) => rows.length === 1, timeoutMs: 60_000, intervalMs: 200 },
    );
    expect(await disagreements(database)).toEqual([]);
    const { body } = await new ApiClient(service.url).request('GET', '/ledger?verify=true');
    expect(body).toMatchObject({ sums_agree: true, totals: { difference: 0 } });
  });

  it('are made by one of several processes at a time, and by another when that one is killed', async () => {
    const other = await startService({ entry: 'main.worker', settings });
    await makeHistory();
    await moveBack();
    await holdUp(HOLDS['while it sums up']);
    await untilHeld();
    // Services of other tests hold the same lock in their databases.
    const summing = () =>
      database.query(
        `select pid from pg_locks where locktype = 'advisory' and granted
           and database = (select oid from pg_database where datname = current_database())
           and (classid::bigint << 32) + objid::bigint = ${ADVISORY_LOCKS.summing}`,
      );
    // The other process looks every few seconds; whoever it is, it finds the lock taken.
    const [first] = await summing();
    expect(await summing()).toEqual([first]);

    await service.kill();
    await holder.query('commit');

    await eventually(
      () => database.query(`select from stats_progress where closed_until >= date_trunc('minute', now()) - interval '1 minute'`), // prettier-ignore
      { until: (rows) => rows.length === 1, timeoutMs: 60_000, intervalMs: 200 },
    );
    expect(await disagreements(database)).toEqual([]);
    expect(await other.stop()).toBe(0);
    service = await startService({ entry: 'main', settings });
  });
});
