import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/**
 * A request whose body came in whole. Times are Unix milliseconds with fractions, from a clock that never goes back.
 */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly startedAt: number;
  /** When the answer was sent or the connection was lost; null before. */
  readonly endedAt: number | null;
  /** Of the answer; null when no complete head was sent, or none yet. */
  readonly statusCode: number | null;
  /** The address of this machine that it came to. */
  readonly localAddress: string;
  readonly deliveryId: string | null;
  readonly attempt: number | null;
  readonly webhookId: string | null;
}

/** What a receiver does with a request it has read. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void;

/** A receiver of webhooks on 127.0.0.1 that does as each path's script says and remembers what it got. */
export class ScriptedReceiver {
  /** In the order in which their bodies were complete. */
  readonly requests: ReceivedRequest[] = [];
  private readonly scripts = new Map<string, Behaviour[]>();
  private readonly server: Server;

  private constructor() {
    // Only the other side ends a connection, unless a script says otherwise: an idle one closed here is a race.
    this.server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      void this.receive(request, response);
    });
  }

  /** @param address on which it listens, :: for all */
  static async start(address = '127.0.0.1'): Promise<ScriptedReceiver> {
    const receiver = new ScriptedReceiver();
    receiver.server.listen(0, address);
    await once(receiver.server, 'listening');
    return receiver;
  }

  url(path = '/'): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  /** Each behaviour serves one request to the path, the last all further ones. Replaces an earlier script. */
  script(path: string, ...behaviours: Behaviour[]): void {
    this.scripts.set(path, behaviours);
  }

  requestsTo(path: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = now();
    // Who writes to a lost connection is told here; to a receiver it makes no difference.
    response.on('error', () => undefined);
    const body = await readBody(incoming);
    if (body === null) return;
    const open = { endedAt: null as number | null, statusCode: null as number | null };
    const request = { ...describeRequest(incoming), body, startedAt, ...open };
    response.once('close', () => {
      request.endedAt = now();
      request.statusCode = response.headersSent ? response.statusCode : null;
    });
    this.requests.push(request);
    this.nextBehaviour(request.path)(response, request);
  }

  private nextBehaviour(path: string): Behaviour {
    const script = this.scripts.get(path) ?? [];
    return (script.length > 1 ? script.shift() : script[0]) ?? respond(200);
  }
}

export function respond(
  status: number,
  answer: { headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Behaviour {
  return (response) => response.writeHead(status, answer.headers).end(answer.body);
}

export function redirect(location: string, status = 302): Behaviour {
  return respond(status, { headers: { location } });
}

/** Never answers. */
export function hang(): Behaviour {
  return () => undefined;
}

/** Answers with a TCP reset. */
export function reset(): Behaviour {
  return (response) => response.socket?.resetAndDestroy();
}

/** A body that never ends, as fast as it is read. */
export function endlessBody(): Behaviour {
  return (response) => {
    const chunk = Buffer.alloc(65_536, 'x');
    response.writeHead(200, { 'content-type': 'text/plain' });
    pipeline(Readable.from(endlessly(chunk)), response, () => undefined);
  };
}

/** A new header line every 50 ms, and the end of the headers only after `durationMs`. */
export function slowHeaders(durationMs: number): Behaviour {
  return (response) => {
    const { socket } = response;
    const isOverAt = performance.now() + durationMs;
    socket?.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n');
    everySoOften(response, 50, () => {
      if (performance.now() < isOverAt) socket?.write('X-Slow: yes\r\n');
      else socket?.end('\r\n');
    });
  };
}

/** Headers at once, then a body that never ends, byte by byte; at most 1000 bytes a second. */
export function trickle(bytesPerSecond: number): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    everySoOften(response, 1000 / bytesPerSecond, () => response.write('x'));
  };
}

/** Ends the connection before all bytes of the announced length. */
export function earlyClose(): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('too short', () => response.socket?.end());
  };
}

/** Bytes that are no HTTP. */
export function garbage(): Behaviour {
  return (response) => response.socket?.end(Buffer.from('\x00\xff\xfe this is not HTTP\r\n\r\n', 'latin1'));
}

/** An interim answer after the other, and never the final one. */
export function endlessProcessing(): Behaviour {
  return (response) => {
    const timer = setInterval(() => {
      response.writeProcessing();
    }, 1);
    response.once('close', () => {
      clearInterval(timer);
    });
  };
}

/** Just these bytes, and the end of the connection. */
export function raw(bytes: string): Behaviour {
  return (response) => response.socket?.end(bytes);
}

const BOMB_MEMBERS = 1024;

/** 1 MB of gzip that is 1 GiB when decompressed: 1024 members of 1 MiB, which a decoder joins. */
export function gzipBomb(): Behaviour {
  const member = gzipSync(Buffer.alloc(1_048_576));
  const body = Buffer.concat(Array.from({ length: BOMB_MEMBERS }, () => member));
  return respond(200, { headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, body });
}

function everySoOften(response: ServerResponse, intervalMs: number, act: () => void): void {
  const timer = setInterval(act, intervalMs);
  response.once('close', () => {
    clearInterval(timer);
  });
}

function* endlessly(chunk: Buffer): Generator<Buffer> {
  for (;;) yield chunk;
}

/** Null when the connection was lost on the way. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}

function describeRequest({ method = '', url = '', headers: incoming, socket }: IncomingMessage) {
  const headers: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(incoming))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const attempt = headers['x-webhook-attempt'];
  const queryAt = url.includes('?') ? url.indexOf('?') : url.length;
  return {
    method,
    path: url.slice(0, queryAt),
    query: url.slice(queryAt),
    headers,
    localAddress: socket.localAddress ?? '',
    deliveryId: headers['x-webhook-delivery'] ?? null,
    attempt: attempt === undefined ? null : Number(attempt),
    webhookId: headers['webhook-id'] ?? null,
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
