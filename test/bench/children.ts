import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from './cleanup.js';
import type { LoadCommand, LoadOrder, LoadReport } from './load.main.js';
import type { Behaviour, ReceiverCommand, ReceiverCounts, ReceiverReport } from './receiver.main.js';
import type { YardstickOrder } from './yardstick.main.js';

const ASK_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 30_000;

/** A process of the bench that replies to each message with one message. It ends when this process does. */
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
    // In a process group of its own, so that Ctrl-C reaches only the bench, which stops all processes in order.
    const child = fork(file, { serialization: 'advanced', detached: true });
    const helper = new Helper(child, name);
    await cleanup.add(() => helper.stop());
    const [hello] = (await once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })) as [unknown];
    return { helper, hello };
  }

  /** Sends a message after the reply to the previous one. @throws if the process ends, or does not reply in time */
  ask(message: object | string, timeoutMs = ASK_TIMEOUT_MS): Promise<unknown> {
    const answer = this.last.then(() => this.askNow(message, timeoutMs));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  tell(message: LoadCommand): void {
    // The process may have just ended. It then needs no message.
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

  /** Resets all counts to 0. */
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
  /** Rejects if the load takes longer than its timeout. */
  readonly report: Promise<LoadReport>;
  /** Offers no more requests. The report follows when all offered requests have a response. */
  stop(): void;
  /** Limits the total number of requests offered so far. May be called repeatedly to raise the limit. */
  limitTo(requests: number): void;
}

export async function startLoad(order: LoadOrder, timeoutMs: number, cleanup: Cleanup): Promise<RunningLoad> {
  const { helper } = await Helper.start('load', cleanup);
  const report = (async () => {
    try {
      return (await helper.ask(order, timeoutMs)) as LoadReport;
    } finally {
      await helper.stop();
    }
  })();
  // Prevents an unhandled rejection. A caller that awaits the report still sees the failure.
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

/** @returns CPU time of one bare POST, in µs */
export async function measureYardstick(order: YardstickOrder, cleanup: Cleanup): Promise<number> {
  const { helper } = await Helper.start('yardstick', cleanup);
  const cpuUs = (await helper.ask(order)) as number;
  await helper.stop();
  return cpuUs;
}
