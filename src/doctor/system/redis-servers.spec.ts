import { summed } from './redis-servers.js';

const info = (fields: Readonly<Record<string, string | number>>): string =>
  `# Server\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;

describe('what Redis servers say about themselves', () => {
  it('is added up, and has no limit if one of them has none', () => {
    const one = info({ redis_version: '7.2.4', used_memory: 1000, used_memory_rss: 5, maxmemory: 4000 });
    const two = info({ redis_version: '7.2.4', used_memory: 500, maxmemory: 4000 });

    expect(summed([one, two])).toEqual({ version: '7.2.4', usedBytes: 1500, maxBytes: 8000, servers: 2 });
    expect(summed([one, info({ used_memory: 1, maxmemory: 0 })]).maxBytes).toBeNull();
  });

  it('names Valkey', () => {
    expect(summed([info({ redis_version: '7.2.4', valkey_version: '8.1.1' })]).version).toBe('8.1.1 (Valkey)');
  });
});
