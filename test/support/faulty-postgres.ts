import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { findProcess, type LocalServer } from '../../src/local/local-server.js';

interface FaultyPostgresOptions {
  /** Must be empty, and is removed at the end. */
  readonly directory: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real PostgreSQL of its own, with its data on disk, for a test that does it harm. */
export class FaultyPostgres {
  private frozen: number[] = [];
  private earlierLog = '';

  private constructor(
    private server: LocalServer,
    private readonly options: FaultyPostgresOptions,
  ) {}

  static async start(options: FaultyPostgresOptions): Promise<FaultyPostgres> {
    return new FaultyPostgres(await startEmbeddedPostgres({ ...options, isTemporary: true }), options);
  }

  get url(): string {
    return this.server.url;
  }

  get pid(): number {
    return this.server.pid;
  }

  /** All it has logged, over its restarts too. */
  async log(): Promise<string> {
    return this.earlierLog + (await readFile(join(this.server.directory, 'postgres.log'), 'utf8'));
  }

  async isRunning(): Promise<boolean> {
    return (await findProcess(this.server.pid)) !== null;
  }

  /** As `pg_ctl stop -m immediate`: nothing is written out, so that the next start recovers. */
  async crash(): Promise<void> {
    if (await this.isRunning()) process.kill(this.server.pid, 'SIGQUIT');
    while (await this.isRunning()) await delay(10);
  }

  /** On the data and the port it had before it ended. */
  async restart(): Promise<void> {
    this.earlierLog = await this.log();
    const port = Number(new URL(this.url).port);
    this.server = await startEmbeddedPostgres({ ...this.options, port, isTemporary: true });
  }

  /** Stops all its processes where they are. */
  async freeze(): Promise<void> {
    this.signal(this.server.pid, 'SIGSTOP');
    this.frozen = [this.server.pid, ...(await childrenOf(this.server.pid))];
    for (const pid of this.frozen) this.signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.frozen.splice(0)) this.signal(pid, 'SIGCONT');
  }

  /** Whatever became of it. */
  async stop(): Promise<void> {
    this.thaw();
    await this.server.stop();
  }

  private signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Linux only. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, parentPid: (await findProcess(pid))?.parentPid })));
  return found.filter(({ parentPid }) => parentPid === parent).map(({ pid }) => pid);
}
