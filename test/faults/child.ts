import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { builtFile } from '../support/built-file.js';

/** Unix milliseconds with fractions, the same in all processes of the rig, whatever time the service assumes. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A process of the rig that answers each order with one message, in order. */
export class Child {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly child: ChildProcess,
    /** Its message when it was ready. */
    readonly hello: unknown,
  ) {}

  static async start(name: 'receiver' | 'publisher'): Promise<Child> {
    const child = fork(builtFile(`test/faults/${name}.main.js`), {
      serialization: 'advanced',
      execArgv: [],
    });
    const [hello] = (await once(child, 'message')) as [unknown];
    return new Child(child, hello);
  }

  /** One order at a time. */
  ask(order: object): Promise<unknown> {
    const answer = this.last.then(async () => {
      const answered = once(this.child, 'message');
      this.child.send(order);
      return (await answered)[0] as unknown;
    });
    this.last = answer;
    return answer;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The process ends when its parent no longer listens. */
  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
