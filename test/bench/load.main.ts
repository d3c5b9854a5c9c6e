import { connect, type Socket } from 'node:net';
import { Ring } from './ring.js';

/** A cheap load generator. It keeps connections alive, prepares requests, and parses only what it needs. */
export interface LoadOrder {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  /** Paths to request, in turn. */
  readonly paths: readonly string[];
  readonly bodyBytes: number;
  readonly authorization: string;
  readonly connections: number;
  /** Total number of requests. */
  readonly requests: number;
  /** Requests offered per second. 0 means as fast as responses arrive. */
  readonly rate: number;
}

/** Commands during a run. `mayOffer` limits the total number of requests offered so far. */
export type LoadCommand = 'stop' | { readonly mayOffer: number };

export interface LoadReport {
  readonly accepted: number;
  readonly refused: number;
  /** Response to the first refused request. */
  readonly firstRefusal: string;
  readonly seconds: number;
  /** Milliseconds from the offer of a request to its response; the newest 200,000. */
  readonly latenciesMs: readonly number[];
  /** Time of the offer of each accepted event, in fractional Unix milliseconds; the newest 200,000. */
  readonly times: readonly (readonly [eventId: string, offeredAtMs: number])[];
}

const MAX_TIMES = 200_000;
const EVENT_ID = '"event_id":"';
const EVENT_ID_LENGTH = 30;

class Load {
  private next = 0;
  private accepted = 0;
  private refused = 0;
  private firstRefusal = '';
  private readonly latenciesMs = new Ring<number>(MAX_TIMES);
  private readonly times = new Ring<readonly [string, number]>(MAX_TIMES);
  private readonly requests: Buffer[];
  private readonly idle: Connection[] = [];
  /** Connections are opened on demand, because a server closes idle ones. */
  private connections = 0;
  /** At a fixed rate: when each request that waits for a connection was offered. */
  private readonly waitingSinceMs: number[] = [];
  private offered = 0;
  private total: number;
  private limit = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly order: LoadOrder,
    private readonly done: () => void,
  ) {
    this.total = order.requests;
    this.requests = order.paths.map((path) => requestOf(order, path));
  }

  start(): void {
    if (this.order.rate > 0) this.pace(this.order.rate / 1000);
    else this.sendAll();
  }

  /** Offers no more requests, and ends when all offered requests have a response. */
  stop(): void {
    this.total = this.offered;
    clearInterval(this.timer);
    this.endIfDone();
  }

  limitTo(requests: number): void {
    this.limit = requests;
    this.sendAll();
  }

  report(seconds: number): LoadReport {
    const { accepted, refused, firstRefusal, latenciesMs, times } = this;
    return { accepted, refused, firstRefusal, seconds, latenciesMs: latenciesMs.list(), times: times.list() };
  }

  private pace(perMs: number): void {
    const startedAt = performance.now();
    this.timer = setInterval(() => {
      const nowMs = performance.now();
      const due = Math.min(this.total, Math.floor((nowMs - startedAt) * perMs));
      for (; this.offered < due; this.offered += 1) this.waitingSinceMs.push(nowMs);
      this.sendAll();
      if (this.offered >= this.total) clearInterval(this.timer);
    }, 1);
  }

  /** Sends offered requests while connections are free. */
  private sendAll(): void {
    while (this.hasOffer) {
      const connection = this.idle.pop() ?? this.open();
      if (connection === undefined) return;
      connection.send(this.requests[this.next++ % this.requests.length]!, this.takeOffer());
    }
  }

  private open(): Connection | undefined {
    if (this.connections >= this.order.connections) return undefined;
    this.connections += 1;
    const connection = new Connection(
      this.order.port,
      (text, ms) => {
        this.answered(text, ms);
        this.idle.push(connection);
        this.sendAll();
      },
      () => {
        this.forget(connection);
      },
    );
    return connection;
  }

  /** Called when the server closes a connection. It may close idle ones. */
  private forget(connection: Connection): void {
    const at = this.idle.indexOf(connection);
    if (at === -1) throw new Error('A connection was closed before its request was answered');
    this.idle.splice(at, 1);
    this.connections -= 1;
  }

  private get hasOffer(): boolean {
    if (this.order.rate > 0) return this.waitingSinceMs.length > 0;
    return this.offered < Math.min(this.total, this.limit);
  }

  /** @returns when the request was offered */
  private takeOffer(): number {
    if (this.order.rate > 0) return this.waitingSinceMs.shift()!;
    this.offered += 1;
    return performance.now();
  }

  private answered(text: string, ms: number): void {
    if (text.startsWith('HTTP/1.1 2')) this.accepted += 1;
    else if (this.refused++ === 0) this.firstRefusal = text;
    this.latenciesMs.push(ms);
    const at = text.indexOf(EVENT_ID) + EVENT_ID.length;
    this.times.push([text.slice(at, at + EVENT_ID_LENGTH), performance.timeOrigin + performance.now() - ms]);
    this.endIfDone();
  }

  private endIfDone(): void {
    if (this.accepted + this.refused >= this.total) this.done();
  }
}

function requestOf({ method, bodyBytes, authorization }: LoadOrder, path: string): Buffer {
  if (method === 'GET') return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  const body = JSON.stringify({ order: 42, filling: 'x'.repeat(Math.max(0, bodyBytes - 27)) });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Event-Type: bench.event\r\n` +
      `Authorization: ${authorization}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A connection that sends one request at a time. */
class Connection {
  private readonly socket: Socket;
  private sinceMs = 0;
  private text = '';

  constructor(
    port: number,
    private readonly answered: (text: string, ms: number) => void,
    closed: () => void,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      this.read(chunk.toString('latin1'));
    });
    this.socket.on('error', (error) => {
      throw error;
    });
    this.socket.on('close', closed);
  }

  send(request: Buffer, sinceMs: number): void {
    this.sinceMs = sinceMs;
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
    this.answered(text, performance.now() - this.sinceMs);
  }
}

let load: Load | undefined;

process.on('message', (message: LoadOrder | LoadCommand) => {
  if (message === 'stop') {
    load?.stop();
    return;
  }
  if ('mayOffer' in message) {
    load?.limitTo(message.mayOffer);
    return;
  }
  const startedAt = performance.now();
  let isDone = false;
  const started = new Load(message, () => {
    if (isDone) return;
    isDone = true;
    process.send?.(started.report((performance.now() - startedAt) / 1000));
  });
  load = started;
  started.start();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
