import { connect, type Socket } from 'node:net';

/** How long one address is tried before the next is tried in parallel (RFC 8305, section 5). */
const HEAD_START_MS = 250;
/** Maximum addresses tried per host, because a name may have thousands. */
const MAX_ADDRESSES = 8;
/** TCP keep-alive detects dead connections. It starts after HTTP keep-alive would have closed an idle connection. */
const TCP_KEEP_ALIVE_MS = 60_000;

/**
 * Connects to whichever address accepts first (Happy Eyeballs). A slow connection attempt continues while the next
 * address is tried, because it may be the only one that can succeed.
 *
 * @throws the error of a single address, or an AggregateError with the message of the first, when all have failed; the
 * reason of the signal when it aborts
 */
export function dial(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  return new Dialling(addresses.slice(0, MAX_ADDRESSES), port, signal).socket;
}

class Dialling {
  readonly socket: Promise<Socket>;
  private readonly open = new Set<Socket>();
  private readonly failures: Error[] = [];
  private next = 0;
  private headStart: NodeJS.Timeout | undefined;
  private resolve!: (socket: Socket) => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly addresses: readonly string[],
    private readonly port: number,
    private readonly signal: AbortSignal,
  ) {
    this.socket = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    signal.addEventListener('abort', this.giveUp);
    if (signal.aborted) this.giveUp();
    else this.tryNext();
  }

  private readonly giveUp = (): void => {
    this.cleanUp();
    this.reject(this.signal.reason);
  };

  private readonly tryNext = (): void => {
    clearTimeout(this.headStart);
    const at = this.next;
    const host = this.addresses[at];
    if (host === undefined) return;
    this.next += 1;
    if (this.next < this.addresses.length) this.headStart = setTimeout(this.tryNext, HEAD_START_MS);
    const socket = connect({
      host,
      port: this.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    });
    this.open.add(socket);
    const failed = (error: Error): void => {
      this.open.delete(socket);
      this.failures[at] = error;
      if (this.next < this.addresses.length) this.tryNext();
      else if (this.open.size === 0) this.fail();
    };
    socket.once('error', failed).once('connect', () => {
      // The caller adds its error listener a moment later; until then, an error must not be uncaught.
      socket.off('error', failed).on('error', () => undefined);
      this.open.delete(socket);
      this.cleanUp();
      this.resolve(socket);
    });
  };

  private fail(): void {
    this.cleanUp();
    const [first, ...others] = this.failures;
    this.reject(others.length === 0 ? first : new AggregateError(this.failures, first?.message));
  }

  private cleanUp(): void {
    clearTimeout(this.headStart);
    this.signal.removeEventListener('abort', this.giveUp);
    for (const socket of this.open)
      socket
        .removeAllListeners('error')
        .on('error', () => undefined)
        .destroy();
    this.open.clear();
  }
}
