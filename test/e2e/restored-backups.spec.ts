import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { copyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Paths of the receiver, named after what the backup knows of their deliveries. */
const DONE = '/delivered-before';
const RETRYING = '/failed-once-before';
const IN_FLIGHT = '/in-flight-at-the-backup';

interface LedgerAnswer {
  readonly data: readonly { accepted: number; difference: number }[];
}

describe('a backup that is restored, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let restored: TestDatabase | undefined;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess | undefined;
  let api: ApiClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
  });

  afterEach(async () => {
    await service?.kill();
    await receiver.close();
    await database.drop();
    await restored?.drop();
  });

  it('re-sends what was open in it, under the same webhook-id, and nothing else', async () => {
    // Redis stays as it was: it is the same for both databases.
    const settings = fastSettings(database);
    const start = async ({ url }: TestDatabase): Promise<void> => {
      service = await startService({ entry: 'main', settings: { ...settings, DATABASE_URL: url } });
      api = new ApiClient(service.url);
    };
    const subscribe = async (path: string): Promise<string> => {
      const retry = { initial_interval: 3600, max_interval: 3600 };
      return (await api.createSubscription({ target_url: receiver.url(path), event_type: 'a', retry })).id;
    };
    /** A retry that is due in an hour is due now. */
    const makeDue = (of: TestDatabase) =>
      of.query(`update open_deliveries set next_attempt_at = now() where next_attempt_at < 'infinity'`);
    const sent = (path: string) =>
      receiver.requestsTo(path).map(({ webhookId, attempt, statusCode }) => ({ webhookId, attempt, statusCode }));
    const untilSent = (path: string, count: number) =>
      eventually(() => sent(path), { until: ({ length }) => length === count });
    receiver.script(RETRYING, respond(500), respond(200));
    receiver.script(IN_FLIGHT, hang(), respond(200));

    await start(database);
    const done = await subscribe(DONE);
    const first = await api.publish(done, { n: 1 });
    await api.untilFinal(first.task_id);
    const second = await api.publish(await subscribe(RETRYING), { n: 2 });
    await eventually(() => api.status(second.task_id), { until: ({ status }) => status === 'retrying' });
    const third = await api.publish(await subscribe(IN_FLIGHT), { n: 3 });
    await untilSent(IN_FLIGHT, 1);
    await service!.kill();
    restored = await eventually(() => copyDatabase(database));

    // What happens after the backup.
    await start(database);
    await makeDue(database);
    for (const { task_id } of [second, third]) {
      expect(await api.untilFinal(task_id)).toMatchObject({ status: 'delivered', attempt_count: 2 });
    }
    const repeated = { 'Idempotency-Key': 'order-4' };
    const fourth = await api.publish(done, { n: 4 }, repeated);
    await api.untilFinal(fourth.task_id);
    expect(await service!.stop()).toBe(0);
    const before = { done: sent(DONE), retrying: sent(RETRYING), inFlight: sent(IN_FLIGHT) };
    expect(before.done).toHaveLength(2);
    expect(before.retrying).toMatchObject([{ attempt: 1, statusCode: 500 }, { attempt: 2, statusCode: 200 }]); // prettier-ignore
    expect(before.inFlight).toMatchObject([{ attempt: 1 }, { attempt: 2, statusCode: 200 }]);

    await start(restored);
    await makeDue(restored);
    for (const { task_id } of [second, third]) {
      expect(await api.untilFinal(task_id)).toMatchObject({ status: 'delivered', attempt_count: 2 });
    }

    // Again with the number of the attempt that the backup does not know.
    expect(sent(RETRYING)).toEqual([...before.retrying, before.retrying[1]]);
    expect(sent(IN_FLIGHT)).toEqual([...before.inFlight, before.inFlight[1]]);
    expect(sent(DONE)).toEqual(before.done);
    expect(await api.status(first.task_id)).toMatchObject({ status: 'delivered', attempt_count: 1 });
    // What was accepted later is gone, with its key. Published again, it is another event to its receiver.
    expect(await api.request('GET', `/status/${fourth.task_id}`)).toMatchObject({ status: 404 });
    const again = await api.publish(done, { n: 4 }, repeated);
    expect(again.event_id).not.toBe(fourth.event_id);
    await api.untilFinal(again.task_id);
    expect(new Set(sent(DONE).map(({ webhookId }) => webhookId)).size).toBe(3);
    const { data } = await api.expect<LedgerAnswer>(200, 'GET', '/ledger');
    expect(data.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(4);
    expect(data.filter(({ difference }) => difference !== 0)).toEqual([]);
    expect(await service!.stop()).toBe(0);
  });
});
