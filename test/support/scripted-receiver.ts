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

/** A completely received request. Times are in fractional Unix milliseconds, from a clock that never goes back. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Query with its question mark; empty if there is none. */
  readonly query: string;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly startedAt: number;
  /** When the response was sent or the connection was lost; null before. */
  readonly endedAt: number | null;
  /** Status of the response; null unless complete headers were sent. */
  readonly statusCode: number | null;
  /** Local address that received it. */
  readonly localAddress: string;
  readonly deliveryId: string | null;
  readonly attempt: number | null;
  readonly webhookId: string | null;
}

/** How a receiver reacts to a request that it has read. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void;

/** A receiver of webhooks on 127.0.0.1. It follows a script for each path, and records its requests. */
export class ScriptedReceiver {
  /** Requests, in the order in which their bodies were complete. */
  readonly requests: ReceivedRequest[] = [];
  private readonly scripts = new Map<string, Behaviour[]>();
  private readonly server: Server;

  private constructor() {
    // Never closes idle connections, because that would race with the next request. A script may close connections.
    this.server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      void this.receive(request, response);
    });
  }

  /** @param address address to listen on, :: for all */
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

  /** Each behaviour serves one request to the path; the last one serves all further requests. Replaces the script. */
  script(path: string, ...behaviours: Behaviour[]): void {
    this.scripts.set(path, behaviours);
  }

  requestsTo(path: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** Destroys all connections. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = now();
    // Errors of writes to a lost connection do not matter to a receiver.
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

/** Never responds. */
export function hang(): Behaviour {
  return () => undefined;
}

/** Resets the connection. */
export function reset(): Behaviour {
  return (response) => response.socket?.resetAndDestroy();
}

/** Sends a body that never ends, as fast as it is read. */
export function endlessBody(): Behaviour {
  return (response) => {
    const chunk = Buffer.alloc(65_536, 'x');
    response.writeHead(200, { 'content-type': 'text/plain' });
    pipeline(Readable.from(endlessly(chunk)), response, () => undefined);
  };
}

/** Sends a header line every 50 ms, and the end of the headers after `durationMs`. */
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

/** Sends headers at once, then a body that never ends, byte by byte; at most 1000 bytes per second. */
export function trickle(bytesPerSecond: number): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    everySoOften(response, 1000 / bytesPerSecond, () => response.write('x'));
  };
}

/** Ends the connection before the whole body is sent. */
export function earlyClose(): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('too short', () => response.socket?.end());
  };
}

/** Sends bytes that are not HTTP. */
export function garbage(): Behaviour {
  return (response) => response.socket?.end(Buffer.from('\x00\xff\xfe this is not HTTP\r\n\r\n', 'latin1'));
}

/** Sends interim responses without end, and never the final one. */
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

/** Sends exactly these bytes, then ends the connection. */
export function raw(bytes: string): Behaviour {
  return (response) => response.socket?.end(bytes);
}

const BOMB_MEMBERS = 1024;

/** Sends 1 MB of gzip that decompresses to 1 GiB: 1024 members of 1 MiB each, which a decoder concatenates. */
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

/** @returns null if the connection was lost before the end of the body */
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
