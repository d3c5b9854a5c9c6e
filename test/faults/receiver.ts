import { Child } from './child.js';

/** One request as the receiver saw it, with the ids of its headers. */
export interface Received {
  readonly path: string;
  readonly localAddress: string;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly attempt: number;
  /** The status of the answer; null when there was none. */
  readonly statusCode: number | null;
  readonly startedAt: number;
  /** When it was answered or its connection was lost; null before that. */
  readonly endedAt: number | null;
  readonly sha256: string;
  readonly isSigned: boolean;
}

export interface ReceiverHello {
  readonly port: number;
  /** HTTPS with an expired certificate. */
  readonly tlsPort: number;
}

export type ReceiverOrder =
  | { readonly seed: number }
  | { readonly path: string; readonly secret: string }
  | { readonly path: string; readonly behaviour: string }
  | { readonly report: true }
  | { readonly count: true };

/** The receiver of a run, in a process of its own. */
export class Receiver {
  private readonly hello: ReceiverHello;

  private constructor(
    private readonly child: Child,
    private readonly address: string,
  ) {
    this.hello = child.hello as ReceiverHello;
  }

  /** @param address of its URLs; it listens on all of them */
  static async start(seed: number, address = '127.0.0.1'): Promise<Receiver> {
    const receiver = new Receiver(await Child.start('receiver'), address);
    await receiver.tell({ seed });
    return receiver;
  }

  url(path: string, host = this.address): string {
    return `http://${host}:${this.hello.port}${path}`;
  }

  expiredUrl(path: string): string {
    return `https://127.0.0.1:${this.hello.tlsPort}${path}`;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** @param behaviour `ok`, `chance`, `hang`, or the name of a nasty one */
  behave(path: string, behaviour: string): Promise<void> {
    return this.tell({ path, behaviour });
  }

  knowSecret(path: string, secret: string): Promise<void> {
    return this.tell({ path, secret });
  }

  async report(): Promise<Received[]> {
    return (await this.child.ask({ report: true })) as Received[];
  }

  async count(): Promise<number> {
    return (await this.child.ask({ count: true })) as number;
  }

  stop(): void {
    this.child.stop();
  }

  private async tell(order: ReceiverOrder): Promise<void> {
    await this.child.ask(order);
  }
}
