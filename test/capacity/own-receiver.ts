import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const ANSWER = 'ok';

/** Receives deliveries in this process, counts their bytes, and fails the first attempt of each nth delivery. */
export class OwnReceiver {
  /** Responses of 200 since the last reset. */
  delivered = 0;
  attempts = 0;
  private failEvery = 0;
  private firstAttempts = 0;
  private readonly sockets = new Set<Socket>();
  private bytesOfClosed = { in: 0, out: 0 };
  private before = { in: 0, out: 0 };

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      request.resume();
      request.on('end', () => {
        this.answer(request, response);
      });
    });
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.bytesOfClosed.in += socket.bytesRead;
        this.bytesOfClosed.out += socket.bytesWritten;
      });
    });
  }

  static async start(): Promise<OwnReceiver> {
    const receiver = new OwnReceiver(createServer({ keepAliveTimeout: 60_000 }));
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param failEvery 0: no attempt fails */
  reset(failEvery: number): void {
    this.delivered = 0;
    this.attempts = 0;
    this.firstAttempts = 0;
    this.failEvery = failEvery;
    this.before = this.bytes();
  }

  /** Bytes received and sent on all connections since the last reset, headers included. */
  bytesSinceReset(): { readonly in: number; readonly out: number } {
    const now = this.bytes();
    return { in: now.in - this.before.in, out: now.out - this.before.out };
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.attempts += 1;
    const isFirst = request.headers['x-webhook-attempt'] === '1';
    const fails = this.failEvery > 0 && isFirst && (this.firstAttempts += 1) % this.failEvery === 0;
    if (!fails) this.delivered += 1;
    response.writeHead(fails ? 500 : 200, { 'content-length': ANSWER.length }).end(ANSWER);
  }

  private bytes(): { in: number; out: number } {
    const sum = { ...this.bytesOfClosed };
    for (const { bytesRead, bytesWritten } of this.sockets) {
      sum.in += bytesRead;
      sum.out += bytesWritten;
    }
    return sum;
  }
}
