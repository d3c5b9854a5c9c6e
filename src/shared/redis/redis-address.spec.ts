import { keyRoot, parseRedisUrl } from './redis-address.js';

describe('the address of Redis', () => {
  it.each([
    ['redis://localhost:6379/1', 1],
    ['redis://localhost:6379/', 0],
    ['rediss://user:secret@cache', 0],
    ['redis://[::1]:6379/2?family=6', 2],
    ['unix:///run/redis.sock', 0],
    ['unix:///run/redis.sock?db=3', 3],
  ])('may be %s', (url, db) => {
    expect(parseRedisUrl(url)).toEqual({ kind: 'single', url, db });
  });

  it('may be a master behind Sentinels', () => {
    expect(parseRedisUrl('redis+sentinel://:p%40ss@s1,s2:26380,[::1]:26381/queue/2')).toEqual({
      kind: 'sentinel',
      servers: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
        { host: '::1', port: 26_381 },
      ],
      masterName: 'queue',
      db: 2,
      password: 'p@ss',
      isTls: false,
    });
  });

  it('may be a list of nodes of a Cluster', () => {
    expect(parseRedisUrl('rediss+cluster://user:secret@n1:7000,n2')).toEqual({
      kind: 'cluster',
      servers: [
        { host: 'n1', port: 7000 },
        { host: 'n2', port: 6379 },
      ],
      username: 'user',
      password: 'secret',
      isTls: true,
    });
  });

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://localhost/cache',
    'redis://localhost/1/2',
    'redis://localhost/-1',
    'redis://localhost/1?db=2',
    'rediss://localhost?ssl_cert_reqs=none',
    'redis://localhost?family=x',
    'unix:///run/redis.sock?db=x',
    'unix:///run/redis.sock?database=1',
    'redis+sentinel://s1:26379',
    'redis+sentinel://s1:26379/',
    'redis+sentinel://s1/master/x',
    'redis+sentinel://s1/master/1/2',
    'redis+sentinel:///master',
    'redis+sentinel://s1,,s2/master',
    'redis+cluster://n1:7000/0',
    'redis+cluster://n1:port',
    'redis+other://n1',
  ])('is not %s', (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });

  it('determines the prefix of keys, which has a hash tag in a Cluster', () => {
    expect(keyRoot({ redisUrl: 'redis://one', queuePrefix: 'webhooks' })).toBe('webhooks');
    expect(keyRoot({ redisUrl: undefined, queuePrefix: 'webhooks' })).toBe('webhooks');
    expect(keyRoot({ redisUrl: 'redis+cluster://one', queuePrefix: 'webhooks' })).toBe('{webhooks}');
    expect(keyRoot({ redisUrl: 'redis+cluster://one', queuePrefix: 'webhooks' }, 'webhooks-2')).toBe('{webhooks-2}');
    expect(keyRoot({ redisUrl: 'redis://one', queuePrefix: 'webhooks' }, 'webhooks-2')).toBe('webhooks');
  });
});
