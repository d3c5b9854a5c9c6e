import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How a proxy reacts to a CONNECT request. `trickle` sends header lines without end. */
type ProxyBehaviour = 'tunnel' | 'hang' | 'trickle' | { readonly answers: string };

const TRICKLE_INTERVAL_MS = 20;
const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/;

/** An HTTP proxy that records its CONNECT requests. All tunnels lead to one port of this machine. */
export class ConnectProxy {
  /** Headers of the requests, in order of arrival. */
  readonly heads: string[] = [];
  behaviour: ProxyBehaviour = 'tunnel';
  /** Exceptions to its behaviour, by requested address and port. */
  readonly exceptions = new Map<string, ProxyBehaviour>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** @param port port that all tunnels lead to, whatever address is requested */
  static async start(port: number): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server, port);
    server.on('connection', (client) => {
      proxy.keep(client);
      client.once('data', (head) => {
        proxy.asked(client, head.toString('latin1'));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** @param userInfo user and password, including the "@" */
  url(userInfo = ''): string {
    return `http://${userInfo}127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Requested addresses and ports. */
  get authorities(): string[] {
    return this.heads.map(authorityOf);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private asked(client: Socket, head: string): void {
    // A client of another server, which had this port before: Redis, for example.
    if (!HTTP_REQUEST.test(head)) {
      client.destroy();
      return;
    }
    this.heads.push(head);
    const behaviour = this.exceptions.get(authorityOf(head)) ?? this.behaviour;
    if (behaviour === 'hang') return;
    if (behaviour === 'trickle') {
      trickle(client);
      return;
    }
    if (behaviour !== 'tunnel') {
      client.end(behaviour.answers);
      return;
    }
    const upstream = connect({ port: this.port, host: '127.0.0.1' });
    this.keep(upstream);
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
  }
}

function authorityOf(head: string): string {
  return head.split(' ', 2)[1] ?? '';
}

function trickle(client: Socket): void {
  client.write('HTTP/1.1 200 Connection established\r\n');
  const timer = setInterval(() => client.write('x-more: yes\r\n'), TRICKLE_INTERVAL_MS);
  client.once('close', () => {
    clearInterval(timer);
  });
}
