import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess, until } from '../../src/local/local-server.js';
import type { Cleanup } from './cleanup.js';
import type { LoadCommand, LoadOrder, LoadReport } from './load.main.js';
import type { Behaviour, ReceiverCommand, ReceiverCounts, ReceiverReport } from './receiver.main.js';
import type { YardstickOrder } from './yardstick.main.js';

const ASK_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 30_000;
/** As in the Dockerfile. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];

/** A process of the bench that answers each message by one. It ends when this process does. */
class Helper {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  static async start(
    name: 'receiver' | 'load' | 'yardstick',
    cleanup: Cleanup,
  ): Promise<{ helper: Helper; hello: unknown }> {
    const file = fileURLToPath(new URL(`${name}.main.js`, import.meta.url));
    // In a process group of its own, so that Ctrl-C reaches the bench alone, which ends all in order.
    const child = fork(file, { serialization: 'advanced', detached: true });
    const helper = new Helper(child, name);
    await cleanup.add(() => helper.stop());
    const [hello] = (await once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })) as [unknown];
    return { helper, hello };
  }

  /** One question after another. @throws when it ends, or does not answer within the time */
  ask(message: object | string, timeoutMs = ASK_TIMEOUT_MS): Promise<unknown> {
    const answer = this.last.then(() => this.askNow(message, timeoutMs));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  tell(message: LoadCommand): void {
    // It may just have ended, and then has no use for this.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  private async askNow(message: object | string, timeoutMs: number): Promise<unknown> {
    if (!this.child.connected) throw new Error(`${this.name} has ended`);
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(Math.ceil(timeoutMs))]);
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
}

export class Receiver {
  private constructor(
    private readonly helper: Helper,
    readonly port: number,
  ) {}

  static async start(cleanup: Cleanup): Promise<Receiver> {
    const { helper, hello } = await Helper.start('receiver', cleanup);
    return new Receiver(helper, (hello as { port: number }).port);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async addSecrets(secrets: Record<string, string>): Promise<void> {
    await this.ask({ addSecrets: secrets });
  }

  async behave(paths: readonly string[], as: Behaviour): Promise<void> {
    await this.ask({ behave: { paths, as } });
  }

  /** Counts from 0 again. */
  async reset(timesAfter = ''): Promise<void> {
    await this.ask({ reset: { timesAfter } });
  }

  async count(): Promise<ReceiverCounts> {
    return (await this.ask('count')) as ReceiverCounts;
  }

  async report(): Promise<ReceiverReport> {
    return (await this.ask('report')) as ReceiverReport;
  }

  private ask(command: ReceiverCommand): Promise<unknown> {
    return this.helper.ask(command);
  }
}

export interface RunningLoad {
  /** Rejects when it takes longer than the time it was given. */
  readonly report: Promise<LoadReport>;
  /** Offers nothing more: the report comes when all is answered. */
  stop(): void;
  /** Holds up what goes beyond so many requests in all, until it is told another number. */
  limitTo(requests: number): void;
}

export async function startLoad(order: LoadOrder, timeoutMs: number, cleanup: Cleanup): Promise<RunningLoad> {
  const { helper } = await Helper.start('load', cleanup);
  const report = (helper.ask(order, timeoutMs) as Promise<LoadReport>).finally(() => helper.stop());
  // Whoever awaits it later sees the failure all the same.
  report.catch(() => undefined);
  return {
    report,
    stop: () => {
      helper.tell('stop');
    },
    limitTo: (requests) => {
      helper.tell({ mayOffer: requests });
    },
  };
}

/** @returns CPU µs of one bare POST */
export async function measureYardstick(order: YardstickOrder, cleanup: Cleanup): Promise<number> {
  const { helper } = await Helper.start('yardstick', cleanup);
  const cpuUs = (await helper.ask(order)) as number;
  await helper.stop();
  return cpuUs;
}

/** A process of the service under measurement. */
export class Service {
  private constructor(
    private readonly server: ServerProcess,
    readonly url: string,
  ) {}

  get pid(): number {
    return this.server.pid;
  }

  /** @param directory where its log goes: a pipe that somebody must read would cost the machine more than a file */
  static async start(
    { entry, directory, settings }: { entry: ServiceEntry; directory: string; settings: Record<string, string> },
    cleanup: Cleanup,
  ): Promise<Service> {
    const file = fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url));
    const logFile = join(directory, `${entry}-${(started += 1)}.log`);
    const { PATH = '' } = process.env;
    const server = new ServerProcess({
      program: process.execPath,
      args: [...NODE_OPTIONS, ...profiling(entry), file],
      directory,
      logFile,
      env: { PATH, PORT: '0', ...settings },
      stopSignals: [
        ['SIGTERM', 40_000],
        ['SIGKILL', 5_000],
      ],
    });
    await cleanup.add(() => server.stop());
    const portOf = (): string | undefined => /"port":(\d+)[^\n]*"listening"/.exec(readFileSync(logFile, 'utf8'))?.[1];
    await until(() => server.ending !== undefined || portOf() !== undefined, START_TIMEOUT_MS);
    const port = portOf();
    if (port === undefined) throw new Error(`${entry} did not start:\n${readFileSync(logFile, 'utf8')}`);
    return new Service(server, `http://127.0.0.1:${port}`);
  }
}

type ServiceEntry = 'main.api' | 'main.worker';

let started = 0;

/** `BENCH_PROFILE=directory` keeps a CPU profile of each process. */
function profiling(entry: ServiceEntry): string[] {
  const directory = process.env['BENCH_PROFILE'];
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${entry}.cpuprofile`] : [];
}
