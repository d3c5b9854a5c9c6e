import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerOn, noteAnswers } from './answers.js';

/** Ends the head of a request, and a chunked body with or without trailers. */
const END = '\r\n\r\n';
/** Most pipelined requests that are taken up in one turn of the event loop, over all connections. */
const TAKEN_UP_AT_ONCE = 16;

/**
 * Serves one request of a connection at a time. Node.js parses everything that one read of a socket returns, which may
 * be thousands of requests from a client that pipelines them and reads no answers. Here the parser gets the next
 * request once the previous answer is with the kernel, so a client that reads no answers holds up nobody but itself.
 * The rest stays in the read buffer of the socket, which bounds it. Call this before the server listens.
 */
export function serveOneAtATime(server: Server): void {
  noteAnswers(server);
  const line = new Line();
  server.on('connection', (socket: Socket) => {
    new Feeder(socket, line);
  });
}

/** Connections with a pipelined request, in the order of their turns. Who waits for each answer never joins. */
class Line {
  private readonly waiting: (() => void)[] = [];
  private isMoving = false;

  join(goOn: () => void): void {
    this.waiting.push(goOn);
    this.move();
  }

  private move(): void {
    if (this.isMoving) return;
    this.isMoving = true;
    setImmediate(() => {
      for (const goOn of this.waiting.splice(0, TAKEN_UP_AT_ONCE)) goOn();
      this.isMoving = false;
      if (this.waiting.length > 0) this.move();
    });
  }
}

/** Stands between a connection and the parser of Node.js, which is the listener for its data. */
class Feeder {
  private readonly parse: (bytes: Buffer) => void;
  private request: IncomingMessage | undefined;
  /** Bytes of its body still to come, if it has a Content-Length. */
  private bodyLeft = 0;
  /** The last bytes that were parsed of a head or a chunked body: its end may have begun in them. */
  private seam = '';
  private isHolding = false;

  constructor(
    private readonly socket: Socket,
    private readonly line: Line,
  ) {
    this.parse = socket.listeners('data')[0] as (bytes: Buffer) => void;
    socket.removeListener('data', this.parse);
    socket.on('data', (bytes: Buffer) => {
      this.feed(bytes);
    });
    // Reading a body resumes its connection, even when no more of the body is to come.
    socket.on('resume', () => {
      if (this.isHolding) socket.pause();
    });
  }

  private feed(bytes: Buffer): void {
    const { socket } = this;
    let rest = bytes;
    // Whatever arrives after the last answer of a connection is discarded.
    while (rest.length > 0 && socket.writable) {
      const answer = answerOn(socket);
      if (answer?.req.complete === true) this.hold(answer);
      if (socket.isPaused()) {
        socket.unshift(rest);
        return;
      }
      const length = this.nextLength(rest);
      this.parse(length === rest.length ? rest : rest.subarray(0, length));
      this.note();
      rest = rest.subarray(length);
    }
  }

  private hold(answer: ServerResponse): void {
    this.isHolding = true;
    this.socket.pause();
    answer.once('close', () => {
      this.line.join(this.goOn);
    });
  }

  private readonly goOn = (): void => {
    this.isHolding = false;
    this.socket.resume();
  };

  /** How much the parser may have now: no second request ends in it. */
  private nextLength(bytes: Buffer): number {
    if (this.bodyLeft > 0) {
      const length = Math.min(this.bodyLeft, bytes.length);
      this.bodyLeft -= length;
      return length;
    }
    const { seam } = this;
    this.seam = '';
    const endsAt = seam === '' ? -1 : (seam + bytes.toString('latin1', 0, END.length - 1)).indexOf(END);
    if (endsAt !== -1) return endsAt + END.length - seam.length;
    const at = bytes.indexOf(END);
    if (at !== -1) return at + END.length;
    this.seam = (seam + bytes.toString('latin1', Math.max(0, bytes.length - END.length + 1))).slice(1 - END.length);
    return bytes.length;
  }

  /** Learns from the parser how the request goes on. */
  private note(): void {
    const request = answerOn(this.socket)?.req;
    if (request === undefined || request === this.request) return;
    this.request = request;
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    this.bodyLeft = encoding === undefined ? Number(length ?? 0) : 0;
  }
}
