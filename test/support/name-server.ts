import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, decode, encode, type Packet, RECURSION_DESIRED } from 'dns-packet';

/** How a name resolves: to addresses, with a failure, or without a response; optionally after a delay. */
export interface NameAnswer {
  readonly addresses?: readonly string[];
  readonly failure?: 'SERVFAIL' | 'REFUSED' | 'silence';
  readonly delaySeconds?: number;
  /** Queries of this type get no response. */
  readonly silentAbout?: 'A' | 'AAAA';
}

/** Names that are missing are unknown (NXDOMAIN). */
export type Names = Readonly<Record<string, NameAnswer>>;

/** Response codes of RFC 1035, in the lowest bits of the flags. */
const RCODE = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** A DNS server over UDP on this machine. Tests can change its names at any time. */
export class NameServer {
  /** Queried names, one for each query. */
  readonly asked: string[] = [];
  /** If true, it does not respond to any query. */
  isSilent = false;
  private readonly closed = new AbortController();

  private constructor(
    private readonly socket: Socket,
    public names: Names,
  ) {
    socket.on('message', (query, { port, address }) => {
      void this.answer(decode(query)).then((answer) => {
        if (answer !== null) socket.send(encode(answer), port, address);
      });
    });
  }

  static async start(names: Names = {}): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket, names);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return server;
  }

  /** Address and port, in the form of DNS_SERVERS. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async close(): Promise<void> {
    this.closed.abort();
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  private async answer({ id, questions = [] }: Packet): Promise<Packet | null> {
    const [question] = questions;
    if (question === undefined) return null;
    const { name, type } = question;
    this.asked.push(name);
    const { addresses, failure, delaySeconds = 0, silentAbout } = this.names[name] ?? {};
    if (this.isSilent || failure === 'silence' || silentAbout === type) return null;
    if (delaySeconds > 0 && !(await this.stillOpenAfter(delaySeconds * 1000))) return null;
    const rcode = RCODE[failure ?? (addresses === undefined ? 'NXDOMAIN' : 'NOERROR')];
    const answers = (addresses ?? [])
      .filter((address) => isIPv4(address) === (type === 'A'))
      .map((data): Answer => ({ type: isIPv4(data) ? 'A' : 'AAAA', name, ttl: 60, data }));
    return { type: 'response', ...(id !== undefined && { id }), flags: RECURSION_DESIRED | rcode, questions, answers };
  }

  private async stillOpenAfter(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: this.closed.signal }).catch(() => false);
  }
}
