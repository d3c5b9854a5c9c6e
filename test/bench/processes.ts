import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadReport } from './load.main.js';
import type { Behaviour, ReceiverReport } from './receiver.main.js';
import type { YardstickOrder } from './yardstick.main.js';

/** Clock ticks of /proc are hundredths of a second. */
const MS_PER_TICK = 10;
const ASK_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;
const START_TIMEOUT_MS = 30_000;
/** As in the Dockerfile. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

let started = 0;

/** CPU time a process and its descendants have used so far, in ms. Linux only. */
export function cpuMs(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + ownCpuMs(each, each === pid), 0);
}

/** With `withEnded`, that of children that ended and were waited for too. */
function ownCpuMs(pid: number, withEnded: boolean): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number];
    return (user + system + (withEnded ? endedUser + endedSystem : 0)) * MS_PER_TICK;
  } catch {
    return 0;
  }
}

function descendants(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Resident memory in MB. */
export function rssMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return Math.round((pages * 4096) / 1_048_576);
}

/** A process of the bench that answers each message by one. */
export class Helper {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  static async start(name: 'receiver' | 'load' | 'yardstick'): Promise<{ helper: Helper; hello: unknown }> {
    const child = fork(fileURLToPath(new URL(`${name}.main.js`, import.meta.url)), { serialization: 'advanced' });
    const [hello] = (await once(child, 'message')) as [unknown];
    return { helper: new Helper(child, name), hello };
  }

  /** @throws when it ends, or does not answer within the time */
  async ask(message: object | string, timeoutMs = ASK_TIMEOUT_MS): Promise<unknown> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(timeoutMs)]);
    const answer = once(this.child, 'message', { signal }) as Promise<[unknown]>;
    const exit = once(this.child, 'exit', { signal }).then(() => {
      throw new Error(`${this.name} ended`);
    });
    this.child.send(message);
    try {
      return (await Promise.race([answer, exit]))[0];
    } finally {
      over.abort();
      void Promise.allSettled([answer, exit]);
    }
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

export class Receiver {
  private constructor(
    private readonly helper: Helper,
    readonly port: number,
  ) {}

  static async start(): Promise<Receiver> {
    const { helper, hello } = await Helper.start('receiver');
    return new Receiver(helper, (hello as { port: number }).port);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  reset(secrets: Record<string, string>): Promise<unknown> {
    return this.helper.ask({ reset: { secrets } });
  }

  behave(path: string, as: Behaviour): Promise<unknown> {
    return this.helper.ask({ behave: { path, as } });
  }

  async count(): Promise<number> {
    return (await this.helper.ask('count')) as number;
  }

  async report(): Promise<ReceiverReport> {
    return (await this.helper.ask('report')) as ReceiverReport;
  }

  stop(): void {
    this.helper.stop();
  }
}

/** @throws when it takes longer than `timeoutMs` */
export async function runLoad(order: LoadOrder, timeoutMs: number): Promise<LoadReport> {
  const { helper } = await Helper.start('load');
  try {
    return (await helper.ask(order, timeoutMs)) as LoadReport;
  } finally {
    helper.stop();
  }
}

/** @returns CPU µs of one bare POST */
export async function measureYardstick(order: YardstickOrder): Promise<number> {
  const { helper } = await Helper.start('yardstick');
  try {
    return (await helper.ask(order)) as number;
  } finally {
    helper.stop();
  }
}

/** A process of the service under measurement. */
export class Service {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param directory where its log goes: a pipe that somebody must read would cost the machine more than a file */
  static async start(
    entry: 'main.api' | 'main.worker',
    directory: string,
    settings: Record<string, string>,
  ): Promise<Service> {
    const file = fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url));
    const { PATH = '' } = process.env;
    const logFile = join(directory, `${entry}-${(started += 1)}.log`);
    const log = openSync(logFile, 'w');
    const child = spawn(process.execPath, [...NODE_OPTIONS, ...profiling(entry), file], {
      env: { PATH, PORT: '0', ...settings },
      stdio: ['ignore', log, 'inherit'],
    });
    closeSync(log);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline && child.exitCode === null) {
      const port = /"port":(\d+)[^\n]*"listening"/.exec(readFileSync(logFile, 'utf8'))?.[1];
      if (port !== undefined) return new Service(child, `http://127.0.0.1:${port}`);
      await delay(20);
    }
    child.kill('SIGKILL');
    throw new Error(`${entry} did not start:\n${readFileSync(logFile, 'utf8')}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
  }
}

/** `BENCH_PROFILE=directory` keeps a CPU profile of each process. */
function profiling(entry: string): string[] {
  const directory = process.env['BENCH_PROFILE'];
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${entry}.cpuprofile`] : [];
}
