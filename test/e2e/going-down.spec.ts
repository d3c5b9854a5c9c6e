import { Agent, request } from 'node:http';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Longer than the test. */
const DRAIN = { SHUTDOWN_DRAIN: '60' };

describe('a process that goes down, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
  });

  afterAll(async () => {
    await receiver.close();
    await database.drop();
  });

  const readiness = (service: ServiceProcess): Promise<number> =>
    fetch(`${service.adminUrl}/health/ready`).then(({ status }) => status);
  const start = (entry: 'main' | 'main.api' | 'main.worker'): Promise<ServiceProcess> =>
    startService({ entry, settings: fastSettings(database, DRAIN) });

  it('serves new connections until its drain is over, while readiness says 503', async () => {
    const service = await start('main');
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/'), event_type: 'a' });

    service.signal('SIGTERM');
    await eventually(() => readiness(service), { until: (status) => status === 503 });

    const { task_id: task } = await api.publish(id, { n: 1 });
    expect(await api.untilFinal(task)).toMatchObject({ status: 'delivered' });
    await eventually(() => service.logs.map(({ msg }) => msg), {
      until: (lines) => lines.includes('shutdown.draining'),
    });
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  it('tells clients to leave the connections that they keep', async () => {
    const service = await start('main.api');
    const agent = new Agent({ keepAlive: true });
    const connectionOf = (): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        const call = request(`${service.url}/health/live`, { agent }, (answer) => {
          answer.resume();
          answer.once('end', () => { resolve(answer.headers.connection); }); // prettier-ignore
        });
        call.once('error', reject);
        call.end();
      });

    expect(await connectionOf()).toBe('keep-alive');
    service.signal('SIGTERM');
    await eventually(() => readiness(service), { until: (status) => status === 503 });
    expect(await connectionOf()).toBe('close');

    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    agent.destroy();
  });

  it.each([
    ['main', 'SIGINT'],
    ['main.worker', 'SIGTERM'],
  ] as const)('does not wait where nobody would notice: %s after %s', async (entry, signal) => {
    const service = await start(entry);

    service.signal(signal);

    expect(await service.exited).toBe(0);
    expect(service.output()).not.toContain('shutdown.draining');
  });
});
