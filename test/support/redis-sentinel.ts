import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../../src/local/local-redis.js';
import { freePort, type LocalServer } from '../../src/local/local-server.js';
import { eventually } from './eventually.js';

const MASTER = 'queue';

/** A real master, a replica and three Sentinels, each in a process of its own. */
export class WatchedRedis {
  private constructor(
    private readonly directory: string,
    private readonly master: LocalServer,
    private readonly replica: LocalServer,
    private readonly sentinels: readonly { readonly process: ChildProcess; readonly port: number }[],
  ) {}

  static async start(): Promise<WatchedRedis> {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-sentinel-'));
    const master = await startServer();
    const { port } = new URL(master.url);
    const replica = await startServer({ replicaof: `127.0.0.1 ${port}` });
    const sentinels = await Promise.all([1, 2, 3].map((n) => startSentinel(directory, n, port)));
    const watched = new WatchedRedis(directory, master, replica, sentinels);
    await watched.untilComplete();
    return watched;
  }

  get url(): string {
    return `redis+sentinel://${this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`;
  }

  /** Kills the master. */
  killMaster(): void {
    process.kill(this.master.pid, 'SIGKILL');
  }

  /** Waits until the replica has become the master. */
  async untilReplaced(): Promise<void> {
    await eventually(() => ask(new URL(this.replica.url).port, (redis) => redis.call('ROLE')), {
      until: (role) => (role as string[])[0] === 'master',
      timeoutMs: 90_000,
    });
  }

  async stop(): Promise<void> {
    for (const { process: sentinel } of this.sentinels) {
      if (sentinel.exitCode !== null || sentinel.signalCode !== null) continue;
      const ended = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await ended;
    }
    await Promise.all([this.replica.stop(), this.master.stop()]);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Waits until every Sentinel knows the replica and the other two Sentinels. */
  private async untilComplete(): Promise<void> {
    for (const { port } of this.sentinels) {
      await eventually(() => ask(port, (redis) => redis.call('SENTINEL', 'MASTER', MASTER)), {
        until: (answer) => {
          const fields = answer as string[];
          const valueOf = (name: string): string | undefined => fields[fields.indexOf(name) + 1];
          return valueOf('num-slaves') === '1' && valueOf('num-other-sentinels') === '2';
        },
        timeoutMs: 90_000,
      });
    }
  }
}

async function startServer(settings: Record<string, string> = {}): Promise<LocalServer> {
  const server = await startLocalRedis({ directory: tmpdir(), port: 'free', settings });
  if (server === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
  return server;
}

/** Each Sentinel needs a file of its own, because it writes its state to its configuration file. */
async function startSentinel(directory: string, n: number, masterPort: string) {
  const port = await freePort();
  const file = join(directory, `sentinel-${n}.conf`);
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
    `sentinel failover-timeout ${MASTER} 5000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = spawn('redis-server', [file, '--sentinel'], { cwd: directory, stdio: 'ignore' });
  return { process: sentinel, port };
}

async function ask(port: number | string, question: (redis: Redis) => Promise<unknown>): Promise<unknown> {
  const redis = new Redis({ port: Number(port), host: '127.0.0.1', retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
