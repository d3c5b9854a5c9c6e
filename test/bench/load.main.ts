import { connect, type Socket } from 'node:net';

/** A load generator that costs little: keep-alive connections, requests made ahead, answers read just enough. */
export interface LoadOrder {
  readonly port: number;
  /** Paths to POST to, in turns. */
  readonly paths: readonly string[];
  readonly bodyBytes: number;
  readonly connections: number;
  /** Requests in all. */
  readonly requests: number;
  /** Requests a second at which they are offered; as fast as they are answered when it is 0. */
  readonly rate: number;
}

export interface LoadReport {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds from a request to its answer, at most 200,000 of them. */
  readonly latenciesMs: readonly number[];
  /** When the answer to an event came, in Unix milliseconds with fractions. */
  readonly times: readonly (readonly [eventId: string, atMs: number])[];
}

const MAX_TIMES = 200_000;
const EVENT_ID = '"event_id":"';
const EVENT_ID_LENGTH = 30;

class Load {
  private next = 0;
  private accepted = 0;
  private refused = 0;
  private readonly latenciesMs: number[] = [];
  private readonly times: [string, number][] = [];
  private readonly idle: Connection[] = [];
  private readonly requests: Buffer[];
  private owed = 0;

  constructor(
    private readonly order: LoadOrder,
    private readonly done: () => void,
  ) {
    const body = JSON.stringify({ order: 42, filling: 'x'.repeat(Math.max(0, order.bodyBytes - 27)) });
    this.requests = order.paths.map((path) =>
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Event-Type: bench.event\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    );
  }

  start(): void {
    const isPaced = this.order.rate > 0;
    this.owed = isPaced ? 0 : this.order.requests;
    for (let n = 0; n < this.order.connections; n += 1) {
      const connection = new Connection(this.order.port, (text, ms) => {
        this.answered(text, ms);
        this.send(connection);
      });
      this.send(connection);
    }
    if (isPaced) this.pace();
  }

  report(seconds: number): LoadReport {
    const { accepted, refused, latenciesMs, times } = this;
    return { accepted, refused, seconds, latenciesMs, times };
  }

  private pace(): void {
    const startedAt = performance.now();
    let offered = 0;
    const timer = setInterval(() => {
      const due = Math.min(this.order.requests, Math.floor(((performance.now() - startedAt) * this.order.rate) / 1000));
      this.owed += due - offered;
      offered = due;
      while (this.owed > 0 && this.idle.length > 0) this.send(this.idle.pop()!);
      if (offered >= this.order.requests) clearInterval(timer);
    }, 1);
  }

  private send(connection: Connection): void {
    if (this.owed === 0) {
      this.idle.push(connection);
      return;
    }
    this.owed -= 1;
    connection.send(this.requests[this.next++ % this.requests.length]!);
  }

  private answered(text: string, ms: number): void {
    if (text.startsWith('HTTP/1.1 202')) this.accepted += 1;
    else this.refused += 1;
    if (this.times.length < MAX_TIMES) {
      const at = text.indexOf(EVENT_ID) + EVENT_ID.length;
      this.times.push([text.slice(at, at + EVENT_ID_LENGTH), performance.timeOrigin + performance.now()]);
      this.latenciesMs.push(ms);
    }
    if (this.accepted + this.refused === this.order.requests) this.done();
  }
}

/** One request at a time. */
class Connection {
  private readonly socket: Socket;
  private sentAt = 0;
  private text = '';

  constructor(
    port: number,
    private readonly answered: (text: string, ms: number) => void,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      this.read(chunk.toString('latin1'));
    });
    this.socket.on('error', (error) => {
      throw error;
    });
  }

  send(request: Buffer): void {
    this.sentAt = performance.now();
    this.socket.write(request);
  }

  private read(chunk: string): void {
    this.text += chunk;
    const headEnd = this.text.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(this.text)?.[1]);
    if (this.text.length < headEnd + 4 + length) return;
    const { text } = this;
    this.text = '';
    this.answered(text, performance.now() - this.sentAt);
  }
}

process.on('message', (order: LoadOrder) => {
  const startedAt = performance.now();
  const load = new Load(order, () => process.send?.(load.report((performance.now() - startedAt) / 1000)));
  load.start();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
