import { ApiClient } from '../support/api-client.js';
import { builtFile } from '../support/built-file.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_SECONDS = 86_400;

describe('a process whose clock is wrong by days, with real PostgreSQL', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  let service: ServiceProcess;
  /** A delivery made while the clock was right. */
  let before: string;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    receiver = await ScriptedReceiver.start();
    settings = fastSettings(database, PATIENT);
    service = await startService({ entry: 'main', settings });
    const right = new ApiClient(service.url);
    const { id } = await right.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    before = (await right.publish(id, { n: 1 })).task_id;
    expect((await right.untilFinal(before)).status).toBe('delivered');
  });

  afterEach(() => service.stop());

  afterAll(async () => {
    await receiver.close();
    await database.drop();
  });

  it('claims deliveries that have an event beside one whose day is gone', async () => {
    // This process has the right clock.
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({
      target_url: receiver.url('/hook'),
      event_type: 'a',
      state: 'paused',
    });
    const { task_id: task } = await api.publish(id, { n: 1 });
    await eventually(() => database.query('select from open_deliveries where parked_at is not null'), {
      until: ({ length }) => length === 1,
    });
    await database.query(
      `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, parked_at)
       select '01000000-0000-7000-8000-000000000001', '01000000-0000-7000-8000-000000000000', id, tenant_id, 'infinity', now()
       from subscriptions where state = 1`,
    );

    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });

    expect(await api.untilFinal(task)).toMatchObject({ status: 'delivered', attempts: [{ number: 1, error: null }] });
    expect(service.output()).not.toContain('deliveries.not_pulled');
  });

  it.each([9, 400, -9, -400])('accepts, delivers and drops nothing when it is %i days off', async (days) => {
    service = await startService({
      entry: 'main',
      settings: { ...settings, CLOCK_SHIFT_SECONDS: String(days * DAY_SECONDS) },
      preloads: [builtFile('test/faults/preloads/shifted-clock.js')],
    });
    // Ids of a day without a partition, which only the process that needs it makes.
    for (const table of ['events', 'deliveries', 'attempts']) {
      await database.query(`do $$ declare name text; begin
        for name in select inhrelid::regclass from pg_inherits where inhparent = '${table}'::regclass
          and right(inhrelid::regclass::text, 8) <> to_char(now() at time zone 'UTC', 'YYYYMMDD')
        loop execute 'drop table ' || name; end loop; end $$`);
    }
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    const published = await Promise.all(Array.from({ length: 5 }, (_, n) => api.publish(id, { n })));

    for (const { task_id: task } of published) expect((await api.untilFinal(task)).status).toBe('delivered');
    expect((await api.untilFinal(before)).status).toBe('delivered');
    expect(service.output()).not.toContain('request.failed');
  });
});
