import { startLocalRedis } from '../../src/local/local-redis.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('starting, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('names every wrong setting at once, and repeats no password', async () => {
    const settings = fastSettings(database, {
      DATABASE_URL: 'mysql://user:hunter2@localhost/db',
      PORT: '99999',
      MAX_RETRIES: 'many',
      ALLOWED_TARGET_CIDRS: '10.0.0.0/99',
      NODE_ENV: 'production',
      ENCRYPTION_KEY: '',
    });

    const failure = await startService({ entry: 'main', settings }).then(String, String);

    for (const name of ['DATABASE_URL', 'PORT', 'MAX_RETRIES', 'ALLOWED_TARGET_CIDRS', 'ENCRYPTION_KEY']) {
      expect(failure).toContain(`- ${name} `);
    }
    expect(failure).not.toContain('hunter2');
  });

  it('refuses a Redis that may drop jobs, naming the setting', async () => {
    const redis = await startLocalRedis({
      directory: '/tmp',
      port: 'free',
      settings: { 'maxmemory-policy': 'allkeys-lru' },
    });

    const failure = await startService({
      entry: 'main',
      settings: fastSettings(database, { REDIS_URL: redis!.url }),
    }).then(String, String);
    await redis!.stop();

    expect(failure).toContain('maxmemory-policy allkeys-lru');
    expect(failure).toContain('noeviction');
  });

  it('refuses to start an API without workers and without Redis', async () => {
    const { REDIS_URL: _redis, ...settings } = fastSettings(database);

    const failure = await startService({ entry: 'main.api', settings }).then(String, String);

    expect(failure).toContain('REDIS_URL is missing');
  });

  it('delivers in one process without Redis, by the in-process queue', async () => {
    const { REDIS_URL: _redis, ...settings } = fastSettings(database);
    const receiver = await ScriptedReceiver.start();
    const service = await startService({ entry: 'main', settings });
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    const delivery = await api.untilFinal((await api.publish(id, { n: 1 })).task_id);

    expect(delivery.status).toBe('delivered');
    expect(service.output()).toContain('There is no Redis: jobs stay in the memory of this process');
    expect(await service.stop()).toBe(0);
    await receiver.close();
  });

  it('serves on without Redis, accepting and delivering, and says that it is degraded', async () => {
    const redis = await startLocalRedis({ directory: '/tmp', port: 'free' });
    const receiver = await ScriptedReceiver.start();
    const service = await startService({ entry: 'main', settings: fastSettings(database, { REDIS_URL: redis!.url }) });
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    await redis!.stop();
    const delivery = await api.untilFinal((await api.publish(id, { n: 1 })).task_id, 20_000);

    expect(delivery.status).toBe('delivered');
    const health = await api.request('GET', '/health/ready');
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'degraded', details: { queue: { status: 'degraded' }, postgresql: { status: 'up' } } },
    });
    // Where Redis is, and what its client says, is in the log alone.
    expect(health.text).not.toMatch(/ECONN|127\.0\.0\.1/);
    await eventually(() => service.logs.filter(({ msg }) => msg === 'health.check_failed'), {
      until: (lines) => lines.length > 0,
    });
    expect(await service.stop()).toBe(0);
    await receiver.close();
  });
});
