import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../shared/net/client-address.js';
import type { Logger } from '../shared/logging/logger.js';
import { Shares } from '../shared/shares.js';
import type { Shutdown } from '../shared/shutdown.js';
import { answerOn, noteAnswers } from './answers.js';

/** Interval between checks for stalled clients. */
const CHECK_SECONDS = 1;
/** Interval between checks for clients that hold up a shutdown. */
const DRAIN_CHECK_MS = 100;
/** Checks for which a request that is on its way when the server closes may still arrive. */
const ARRIVAL_LOOKS = 10;

/**
 * How many bytes of writes to a client are done and how many are not, and for how many looks that has been the same.
 */
interface Progress {
  readonly bytes: number;
  readonly queued: number;
  readonly looks: number;
}

/**
 * Undocumented, but what Node.js goes by for its own time-outs: a large write shows no progress elsewhere before all of
 * it is done. Without it, a slow client of a large answer would be taken for a stalled one.
 */
interface Inside {
  readonly _handle?: { readonly writeQueueSize?: number };
}

/**
 * The connections of a server, none of which may stay for ever. What clients do in their time is counted in looks, and
 * not by a clock: after a pause of the whole process, what they took or sent meanwhile is not known yet.
 */
export class Connections {
  private readonly open = new Map<Socket, Progress>();
  private readonly shares: Shares;

  /** @param most connections at once; an address has a share of them, and one more than that is closed */
  constructor(
    private readonly server: Server,
    most: number,
  ) {
    this.shares = new Shares(most);
    noteAnswers(server);
    // What Node.js closes with the server as idle may still have the end of its answer before it. `drain` knows better.
    server.closeIdleConnections = () => undefined;
    server.on('connection', (socket: Socket) => {
      const owner = socket.remoteAddress === undefined ? undefined : networkOf(socket.remoteAddress);
      if (owner === undefined || !this.shares.take(owner)) {
        socket.destroy();
        return;
      }
      this.open.set(socket, { bytes: 0, queued: 0, looks: 0 });
      socket.once('close', () => {
        this.open.delete(socket);
        this.shares.giveBack(owner);
      });
    });
  }

  /**
   * Closes those of clients that do not take what they are sent, or that stay although nothing more will come. The
   * time-outs of Node.js and Fastify count any byte as a sign of life, one that comes in, too, so a client that sends
   * an empty line now and then and takes nothing would stay for ever; here what goes out counts. While an answer is in
   * the making there is nothing to take, and nothing is counted: how long that may last is for those who make it.
   *
   * @param seconds in which a client must have taken something of what is there for it
   */
  closeStalled(seconds: number): void {
    this.every(CHECK_SECONDS * 1000, () => {
      for (const [socket, progress] of this.open) {
        const now = progressOf(socket, progress);
        if (now.looks * CHECK_SECONDS > seconds) socket.destroy();
        this.open.set(socket, now);
      }
    });
  }

  /**
   * Lets the server close in time: Node.js would wait without end for clients that ask for nothing, or do not end their
   * request. What is asked is answered until the time of the shutdown is up, and what has just come also a second
   * longer. To be called when the server closes.
   */
  drain(shutdown: Shutdown, logger: Pick<Logger, 'warn'>): void {
    let looks = 0;
    this.every(DRAIN_CHECK_MS, () => {
      looks += 1;
      const isTimeUp = looks >= ARRIVAL_LOOKS && shutdown.leftMs === 0;
      let requests = 0;
      for (const socket of this.open.keys()) {
        const answer = answerOn(socket);
        // It is the last one of its connection.
        if (answer && !answer.headersSent) answer.shouldKeepAlive = false;
        const isUnused = answer === null && (looks >= ARRIVAL_LOOKS || socket.bytesWritten > 0);
        if (answer && isTimeUp) requests += 1;
        if (isUnused || isTimeUp) socket.destroy();
      }
      if (requests > 0) logger.warn({ requests }, 'shutdown.left_unanswered');
    });
  }

  /** Until the server has closed. */
  private every(milliseconds: number, look: () => void): void {
    const timer = setInterval(look, milliseconds);
    timer.unref();
    this.server.once('close', () => {
      clearInterval(timer);
    });
  }
}

function progressOf(socket: Socket, last: Progress): Progress {
  const bytes = socket.bytesWritten - socket.writableLength;
  const queued = (socket as unknown as Inside)._handle?.writeQueueSize ?? 0;
  const isExpected = socket.writableLength > 0 || socket.writableEnded;
  const isSame = bytes === last.bytes && queued === last.queued;
  return { bytes, queued, looks: isExpected && isSame ? last.looks + 1 : 0 };
}
