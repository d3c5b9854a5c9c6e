import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { findProcess, type LocalServer } from '../../src/local/local-server.js';
import { startLocalRedis } from '../../src/local/local-redis.js';

/** A separate, real Redis for tests that disturb it. */
export class FaultyRedis {
  private constructor(
    private server: LocalServer,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<FaultyRedis> {
    return new FaultyRedis(await startServer('free', settings), settings);
  }

  get url(): string {
    return this.server.url;
  }

  /** Suspends it: connections stay open, and commands get no response. */
  freeze(): void {
    process.kill(this.server.pid, 'SIGSTOP');
  }

  /** Resumes it. Does nothing if it was killed. */
  async thaw(): Promise<void> {
    if (await findProcess(this.server.pid)) process.kill(this.server.pid, 'SIGCONT');
  }

  kill(): void {
    process.kill(this.server.pid, 'SIGKILL');
  }

  /** Restarts it, empty, at the same address. */
  async restart(): Promise<void> {
    await this.server.stop();
    this.server = await startServer(Number(new URL(this.url).port), this.settings);
  }

  get pid(): number {
    return this.server.pid;
  }

  async command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Ends it, whatever its state. */
  async stop(): Promise<void> {
    if (await findProcess(this.server.pid)) this.kill();
    await this.server.stop();
  }
}

async function startServer(port: 'free' | number, settings: Readonly<Record<string, string>>): Promise<LocalServer> {
  const server = await startLocalRedis({ directory: tmpdir(), port, settings });
  if (server === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
  return server;
}
