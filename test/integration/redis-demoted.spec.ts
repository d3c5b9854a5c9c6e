import type { Redis } from 'ioredis';
import { connectRedis, FAIL_FAST, PATIENT } from '../../src/shared/redis/redis.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { silentLogger } from '../support/silent-logger.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** Real: two Redis servers, and a proxy as the address of the master. */
describe('a Redis master that becomes a replica and keeps its connections', () => {
  let former: FaultyRedis;
  let next: FaultyRedis;
  let proxy: TcpProxy;
  let client: Redis;

  beforeEach(async () => {
    [former, next] = await Promise.all([FaultyRedis.start(), FaultyRedis.start()]);
    proxy = await TcpProxy.start(Number(new URL(former.url).port));
  });

  afterEach(async () => {
    client.disconnect();
    await proxy.stop();
    await Promise.all([former.stop(), next.stop()]);
  });

  it.each([
    ['can do without Redis', FAIL_FAST],
    ['waits for Redis', PATIENT],
  ])('is left for the server behind the address by a client that %s', async (_, options) => {
    client = connectRedis(proxy.url, options, silentLogger, 'test');
    await eventually(() => client.set('a', 1));

    await former.command('REPLICAOF', '127.0.0.1', '1');
    proxy.leadTo(Number(new URL(next.url).port));

    await eventually(() => client.eval("return redis.call('set', 'a', 2)", 0), { timeoutMs: 10_000 });
    expect(await next.command('GET', 'a')).toBe('2');
  });

  it('is left by a client that waits for something to come', async () => {
    client = connectRedis(proxy.url, PATIENT, silentLogger, 'test');
    await eventually(() => client.set('a', 1));
    const popped = client.blpop('list', 0);
    await eventually(() => former.command('INFO', 'clients'), {
      until: (info) => String(info).includes('blocked_clients:1'),
    });

    await former.command('REPLICAOF', '127.0.0.1', '1');
    proxy.leadTo(Number(new URL(next.url).port));
    await next.command('RPUSH', 'list', 'here');

    expect(await popped).toEqual(['list', 'here']);
  });
});
