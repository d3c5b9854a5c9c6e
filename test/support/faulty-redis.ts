import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { findProcess, type LocalServer } from '../../src/local/local-server.js';
import { startLocalRedis } from '../../src/local/local-redis.js';

/** A real Redis of its own for a test that does it harm. */
export class FaultyRedis {
  private constructor(private readonly server: LocalServer) {}

  static async start(): Promise<FaultyRedis> {
    const server = await startLocalRedis({ directory: tmpdir(), port: 'free' });
    if (server === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
    return new FaultyRedis(server);
  }

  get url(): string {
    return this.server.url;
  }

  /** Keeps its connections open and answers nothing. */
  freeze(): void {
    process.kill(this.server.pid, 'SIGSTOP');
  }

  /** Nothing to one that was killed. */
  async thaw(): Promise<void> {
    if (await findProcess(this.server.pid)) process.kill(this.server.pid, 'SIGCONT');
  }

  kill(): void {
    process.kill(this.server.pid, 'SIGKILL');
  }

  async command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Whatever became of it. */
  async stop(): Promise<void> {
    if (await findProcess(this.server.pid)) this.kill();
    await this.server.stop();
  }
}
