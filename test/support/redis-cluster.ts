import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../../src/local/local-redis.js';
import { freePort, type LocalServer } from '../../src/local/local-server.js';
import { eventually } from './eventually.js';

const SLOTS = 16_384;

/** A real Redis Cluster: several processes, all masters, that share the slots evenly. */
export class RedisCluster {
  private constructor(
    private readonly servers: readonly LocalServer[],
    private readonly clients: readonly Redis[],
  ) {}

  static async start(nodes: number): Promise<RedisCluster> {
    const servers = await Promise.all(Array.from({ length: nodes }, startNode));
    const clients = servers.map(({ url }) => new Redis(url));
    const cluster = new RedisCluster(servers, clients);
    const ports = servers.map(({ url }) => new URL(url).port);
    for (const [index, client] of clients.entries()) {
      const [from, to] = [index, index + 1].map((n) => Math.floor((n * SLOTS) / nodes)) as [number, number];
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to - 1);
      const [, busPort] = (await client.config('GET', 'cluster-port')) as string[];
      await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', ports[index]!, busPort!);
    }
    for (const client of clients) {
      const state = () => client.call('CLUSTER', 'INFO') as Promise<string>;
      const isComplete = (text: string): boolean =>
        text.includes('cluster_state:ok') && text.includes(`cluster_known_nodes:${nodes}`);
      await eventually(state, { until: isComplete, timeoutMs: 20_000 });
    }
    return cluster;
  }

  get url(): string {
    return `redis+cluster://${this.servers.map(({ url }) => new URL(url).host).join(',')}`;
  }

  /** Keys of each node. */
  keys(): Promise<string[][]> {
    return Promise.all(this.clients.map((client) => client.keys('*')));
  }

  async requirePassword(password: string): Promise<void> {
    for (const client of this.clients) await client.config('SET', 'requirepass', password);
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.disconnect();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

async function startNode(): Promise<LocalServer> {
  // The default bus port is 10,000 higher than the port, which may exceed the valid range.
  const settings = { 'cluster-enabled': 'yes', 'cluster-port': `${await freePort()}` };
  const server = await startLocalRedis({ directory: tmpdir(), port: 'free', settings });
  if (server === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
  return server;
}
