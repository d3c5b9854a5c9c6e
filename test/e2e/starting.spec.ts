import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startLocalRedis } from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import { ADVISORY_LOCKS } from '../../src/shared/database/advisory-locks.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { spawnService, startService } from '../support/service-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

describe('a service that starts, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createEmptyDatabase();
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

  describe('on a Redis with a password', () => {
    let redis: LocalServer;

    beforeAll(async () => {
      redis = (await startLocalRedis({ directory: '/tmp', port: 'free', settings: { databases: '4' } }))!;
      const client = new Redis(redis.url);
      await client.config('SET', 'requirepass', 'the-password');
      await client.quit();
    });

    afterAll(() => redis.stop());

    const startWith = (address: string): Promise<string> => {
      const { host } = new URL(redis.url);
      const settings = fastSettings(database, { REDIS_URL: address.replace('HOST', host) });
      return startService({ entry: 'main', settings }).then((service) => service.stop().then(String), String);
    };

    it.each([
      ['without the password', 'redis://HOST', 'NOAUTH'],
      ['with another password', 'redis://:other@HOST', 'WRONGPASS'],
      ['with a user that does not exist', 'redis://nobody:the-password@HOST', 'WRONGPASS'],
      ['with a database that does not exist', 'redis://:the-password@HOST/4', 'DB index is out of range'],
    ])('is refused %s', async (_, address, reason) => {
      const failure = await startWith(address);
      expect(failure).toContain('Redis refuses what REDIS_URL asks for');
      expect(failure).toContain(reason);
      expect(failure).not.toContain('the-password');
    });

    it('is refused a user who may not use our keys', async () => {
      const client = new Redis(redis.url, { password: 'the-password' });
      await client.call('ACL', 'SETUSER', 'limited', 'on', '>the-password', '+@all', '~other:*', '&*');
      await client.quit();
      expect(await startWith('redis://limited:the-password@HOST')).toContain('NOPERM');
    });

    it('starts with the password and a database that exists', async () => {
      expect(await startWith('redis://:the-password@HOST/3')).toBe('0');
    });
  });

  it('warns of a variable that looks like a setting but is none', async () => {
    const service = await startService({ entry: 'main', settings: fastSettings(database, { MAX_RETRY: '7' }) });

    expect(await service.stop()).toBe(0);
    expect(service.logs.filter(({ level }) => level === 40)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ msg: 'MAX_RETRY is not a setting and changes nothing. Did you mean MAX_RETRIES?' }),
      ]),
    );
  });

  it.each(['PORT', 'ADMIN_PORT'])('ends cleanly when %s is taken, and says so', async (name) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const service = await spawnService({ entry: 'main', settings: fastSettings(database, { [name]: String(port) }) });

    expect(await service.exited).toBe(1);
    expect(service.output()).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
    expect(service.output()).not.toContain('shutdown.failed');
    other.close();
  });

  it('ends cleanly on a signal while it starts', async () => {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    const service = await spawnService({ entry: 'main', settings: fastSettings(database) });
    const waiting = () => service.logs.filter(({ msg }) => msg === 'migration.waiting');
    await eventually(waiting, { until: ({ length }) => length > 0 });

    service.signal('SIGTERM');
    await other.end();

    const exitCode = await service.exited;
    expect(service.output()).not.toMatch(/failed|"level":[56]0/);
    expect(exitCode).toBe(0);
  });

  it('refuses to run an API without workers and without Redis', async () => {
    const { REDIS_URL: _redis, ...settings } = fastSettings(database);

    const failure = await startService({ entry: 'main.api', settings }).then(String, String);

    expect(failure).toContain('REDIS_URL is missing');
  });

  it('delivers in one process without Redis, through the in-process queue', async () => {
    const { REDIS_URL: _redis, ...settings } = fastSettings(database, { HOST: 'localhost' });
    const receiver = await ScriptedReceiver.start();
    const service = await startService({ entry: 'main', settings });
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    const delivery = await api.untilFinal((await api.publish(id, { n: 1 })).task_id);

    expect(delivery.status).toBe('delivered');
    expect(service.logs.find(({ msg }) => msg === 'listening')).toMatchObject({ host: '127.0.0.1' });
    expect(service.output()).toContain('There is no Redis: jobs stay in the memory of this process');
    expect(await service.stop()).toBe(0);
    await receiver.close();
  });

  it('keeps accepting and delivering without Redis, and reports that it is degraded', async () => {
    const redis = await startLocalRedis({ directory: '/tmp', port: 'free' });
    const receiver = await ScriptedReceiver.start();
    const service = await startService({ entry: 'main', settings: fastSettings(database, { REDIS_URL: redis!.url }) });
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    await redis!.stop();
    const delivery = await api.untilFinal((await api.publish(id, { n: 1 })).task_id, 20_000);

    expect(delivery.status).toBe('delivered');
    // An answer is cached for half a second.
    const health = await eventually(() => api.request('GET', '/health/ready'), {
      until: ({ body }) => (body as { status: string }).status !== 'ok',
    });
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'degraded', details: { queue: { status: 'degraded' }, postgresql: { status: 'up' } } },
    });
    // Only the log says where Redis is and what its client reports.
    expect(health.text).not.toMatch(/ECONN|127\.0\.0\.1/);
    await eventually(() => service.logs.filter(({ msg }) => msg === 'health.check_failed'), {
      until: (lines) => lines.length > 0,
    });
    expect(await service.stop()).toBe(0);
    await receiver.close();
  });
});
