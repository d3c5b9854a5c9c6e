import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isEndless, trackResponses, unfinishedResponseOn } from './responses.js';

/** The end of a request's headers, and of a chunked body with or without trailers. */
const END = '\r\n\r\n';
/** Maximum pipelined requests started in one turn of the event loop, over all connections. */
const STARTED_PER_TURN = 16;

/**
 * Serves one request of a connection at a time. Node.js parses everything that one read of a socket returns, which may
 * be thousands of requests from a client that pipelines them and reads no responses. Here the parser gets the next
 * request when the kernel has the previous response, so a client that reads no responses delays only itself. The rest
 * stays in the read buffer of the socket, which limits it. Call this before the server listens.
 */
export function serveOneAtATime(server: Server): void {
  trackResponses(server);
  const turns = new TurnQueue();
  server.on('connection', (socket: Socket) => {
    new Feeder(socket, turns);
  });
}

/** Connections with a pipelined request, in the order of their turns. Clients that do not pipeline never wait here. */
class TurnQueue {
  private readonly waiting: (() => void)[] = [];
  private isAdvancing = false;

  join(resume: () => void): void {
    this.waiting.push(resume);
    this.advance();
  }

  private advance(): void {
    if (this.isAdvancing) return;
    this.isAdvancing = true;
    setImmediate(() => {
      for (const resume of this.waiting.splice(0, STARTED_PER_TURN)) resume();
      this.isAdvancing = false;
      if (this.waiting.length > 0) this.advance();
    });
  }
}

/** Passes the data of a connection to its parser, which is the `data` listener that Node.js added. */
class Feeder {
  private readonly parse: (bytes: Buffer) => void;
  private request: IncomingMessage | undefined;
  /** Bytes of the current body that have not arrived yet, if it has a Content-Length. */
  private bodyLeft = 0;
  /** Last bytes passed of the current headers or chunked body. They may be the start of `END`. */
  private tail = '';
  private isHolding = false;

  constructor(
    private readonly socket: Socket,
    private readonly turns: TurnQueue,
  ) {
    this.parse = socket.listeners('data')[0] as (bytes: Buffer) => void;
    socket.removeListener('data', this.parse);
    socket.on('data', (bytes: Buffer) => {
      this.feed(bytes);
    });
    // Reading a body resumes its connection, even after the end of the body.
    socket.on('resume', () => {
      if (this.isHolding && !isEndless(unfinishedResponseOn(socket))) socket.pause();
    });
  }

  private feed(bytes: Buffer): void {
    const { socket } = this;
    let rest = bytes;
    // Discards what arrives after the last response of a connection.
    while (rest.length > 0 && socket.writable) {
      const response = unfinishedResponseOn(socket);
      // A request that would never get its turn.
      if (isEndless(response)) {
        socket.destroy();
        return;
      }
      if (response?.req.complete === true) this.holdUntilSent(response);
      if (socket.isPaused()) {
        socket.unshift(rest);
        return;
      }
      const length = this.nextLength(rest);
      this.parse(length === rest.length ? rest : rest.subarray(0, length));
      this.readBodyLength();
      rest = rest.subarray(length);
    }
  }

  private holdUntilSent(response: ServerResponse): void {
    this.isHolding = true;
    this.socket.pause();
    response.once('close', () => {
      this.turns.join(this.resume);
    });
  }

  private readonly resume = (): void => {
    this.isHolding = false;
    this.socket.resume();
  };

  /** Number of bytes to pass to the parser now. They hold the end of at most one request. */
  private nextLength(bytes: Buffer): number {
    if (this.bodyLeft > 0) {
      const length = Math.min(this.bodyLeft, bytes.length);
      this.bodyLeft -= length;
      return length;
    }
    const { tail } = this;
    this.tail = '';
    const endsAt = tail === '' ? -1 : (tail + bytes.toString('latin1', 0, END.length - 1)).indexOf(END);
    if (endsAt !== -1) return endsAt + END.length - tail.length;
    const at = bytes.indexOf(END);
    if (at !== -1) return at + END.length;
    this.tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - END.length + 1))).slice(1 - END.length);
    return bytes.length;
  }

  /** After the headers of a request have been parsed, reads the length of its body from them. */
  private readBodyLength(): void {
    const request = unfinishedResponseOn(this.socket)?.req;
    if (request === undefined || request === this.request) return;
    this.request = request;
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    this.bodyLeft = encoding === undefined ? Number(length ?? 0) : 0;
  }
}
