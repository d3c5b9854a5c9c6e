import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadReport } from './load.main.js';
import type { Behaviour, ReceiverReport } from './receiver.main.js';
import type { YardstickOrder } from './yardstick.main.js';

/** Clock ticks of /proc are hundredths of a second. */
const MS_PER_TICK = 10;

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
  private constructor(private readonly child: ChildProcess) {}

  static async start(name: 'receiver' | 'load' | 'yardstick'): Promise<{ helper: Helper; hello: unknown }> {
    const child = fork(fileURLToPath(new URL(`${name}.main.js`, import.meta.url)), { serialization: 'advanced' });
    const [hello] = (await once(child, 'message')) as [unknown];
    return { helper: new Helper(child), hello };
  }

  async ask(message: object | string): Promise<unknown> {
    const answer = once(this.child, 'message');
    this.child.send(message);
    return (await answer)[0] as unknown;
  }

  stop(): void {
    this.child.disconnect();
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

export async function runLoad(order: LoadOrder): Promise<LoadReport> {
  const { helper } = await Helper.start('load');
  const report = (await helper.ask(order)) as LoadReport;
  helper.stop();
  return report;
}

/** @returns CPU µs of one bare POST */
export async function measureYardstick(order: YardstickOrder): Promise<number> {
  const { helper } = await Helper.start('yardstick');
  const us = (await helper.ask(order)) as number;
  helper.stop();
  return us;
}

/** A process of the service under measurement. */
export class Service {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(entry: 'main.api' | 'main.worker', settings: Record<string, string>): Promise<Service> {
    const file = fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url));
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [...profiling(entry), file], {
      env: { PATH, PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      output += String(chunk);
      const port = /"port":(\d+)[^\n]*"listening"/.exec(output)?.[1];
      if (port === undefined) continue;
      // Its log costs what it costs to write; nobody reads it further.
      child.stdout.resume();
      return new Service(child, `http://127.0.0.1:${port}`);
    }
    throw new Error(`${entry} did not start:\n${output}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** `BENCH_PROFILE=directory` keeps a CPU profile of each process. */
function profiling(entry: string): string[] {
  const directory = process.env['BENCH_PROFILE'];
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${entry}.cpuprofile`] : [];
}
