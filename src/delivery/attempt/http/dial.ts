import { connect, type Socket } from 'node:net';

/** How long an address has to itself before the next one is tried beside it (RFC 8305, section 5). */
const HEAD_START_MS = 250;
/** Most addresses of a host that are tried: a name must not make this process busy with thousands. */
const MAX_ADDRESSES = 8;
/**
 * TCP keep-alive finds connections that have silently died; no sooner than keep-alive of HTTP would have closed them.
 */
const TCP_KEEP_ALIVE_MS = 60_000;

/**
 * Connects to the first of several addresses that answers. A slow attempt goes on while the next address is tried: on a
 * host without IPv6, say, it may be the only one that can succeed.
 *
 * @throws what the first address met, when all have failed; the reason of the signal
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
    this.settle();
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
      // Whoever gets it listens a moment later.
      socket.off('error', failed).on('error', () => undefined);
      this.open.delete(socket);
      this.settle();
      this.resolve(socket);
    });
  };

  private fail(): void {
    this.settle();
    const [first, ...others] = this.failures;
    this.reject(others.length === 0 ? first : new AggregateError(this.failures, first?.message));
  }

  private settle(): void {
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
