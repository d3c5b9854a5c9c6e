import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { findProcess, type LocalServer } from '../../src/local/local-server.js';
import { startPreparedPostgres } from './prepared-postgres.js';

interface FaultyPostgresOptions {
  /** Must be empty. Is removed at the end. */
  readonly directory: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it must differ from all other servers, and has no schema then. */
  readonly isOther?: boolean;
}

/** A separate, real PostgreSQL with its data on disk, for tests that disturb it. */
export class FaultyPostgres {
  private frozen: number[] = [];
  private earlierLog = '';

  private constructor(
    private server: LocalServer,
    private readonly options: FaultyPostgresOptions,
  ) {}

  static async start(options: FaultyPostgresOptions): Promise<FaultyPostgres> {
    return new FaultyPostgres(await startServer(options), options);
  }

  get url(): string {
    return this.server.url;
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Its complete log, including the time before restarts. */
  async log(): Promise<string> {
    return this.earlierLog + (await readFile(join(this.server.directory, 'postgres.log'), 'utf8'));
  }

  async isRunning(): Promise<boolean> {
    return (await findProcess(this.server.pid)) !== null;
  }

  /** Like `pg_ctl stop -m immediate`: writes nothing to disk, so the next start has to recover. */
  async crash(): Promise<void> {
    if (await this.isRunning()) process.kill(this.server.pid, 'SIGQUIT');
    while (await this.isRunning()) await delay(10);
  }

  /** Like `kill -9`: its other processes notice, and end. Until then, they may still answer. */
  async kill(): Promise<void> {
    const pids = [this.server.pid, ...(await childrenOf(this.server.pid))];
    this.signal(this.server.pid, 'SIGKILL');
    for (const pid of pids) while ((await findProcess(pid)) !== null) await delay(10);
  }

  /** Restarts it with the same data and port. */
  async restart(): Promise<void> {
    this.earlierLog = await this.log();
    const port = Number(new URL(this.url).port);
    this.server = await startServer({ ...this.options, port });
  }

  /** Suspends all its processes. */
  async freeze(): Promise<void> {
    this.signal(this.server.pid, 'SIGSTOP');
    this.frozen = [this.server.pid, ...(await childrenOf(this.server.pid))];
    for (const pid of this.frozen) this.signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.frozen.splice(0)) this.signal(pid, 'SIGCONT');
  }

  /** Ends it, whatever its state. */
  async stop(): Promise<void> {
    this.thaw();
    await this.server.stop();
  }

  private signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended meanwhile.
    }
  }
}

function startServer({
  isOther = false,
  ...options
}: FaultyPostgresOptions & { readonly port?: number }): Promise<LocalServer> {
  return (isOther ? startEmbeddedPostgres : startPreparedPostgres)({ ...options, isTemporary: true });
}

/** Works on Linux only. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, parentPid: (await findProcess(pid))?.parentPid })));
  return found.filter(({ parentPid }) => parentPid === parent).map(({ pid }) => pid);
}
