import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../shared/net/client-address.js';
import type { Logger } from '../shared/logging/logger.js';
import { Shares } from '../shared/shares.js';
import type { Shutdown } from '../shared/shutdown.js';
import { trackResponses, unfinishedResponseOn } from './responses.js';

/** Interval between checks for stalled clients. */
const CHECK_SECONDS = 1;
/** Interval between checks for clients that hold up a shutdown. */
const DRAIN_CHECK_MS = 100;
/** Number of checks during which requests may still arrive that were on their way when the server closed. */
const ARRIVAL_CHECKS = 10;

/** Progress of the writes to a client. */
interface Progress {
  /** Bytes written so far. */
  readonly bytes: number;
  /** Bytes that the kernel has not taken yet. */
  readonly queued: number;
  /** Checks in a row without progress. */
  readonly stalledChecks: number;
}

/**
 * Undocumented, but Node.js uses it for its own timeouts. No other field shows the progress of a large write before the
 * write is complete. Without it, a client that reads a large response slowly would count as stalled.
 */
interface Inside {
  readonly _handle?: { readonly writeQueueSize?: number };
}

/**
 * Limits the number and the lifetime of a server's connections. Timeouts count checks instead of reading a clock,
 * because after a pause of the whole process, what clients read or sent meanwhile is not known yet.
 */
export class Connections {
  private readonly open = new Map<Socket, Progress>();
  private readonly shares: Shares;

  /** @param maxConnections concurrent connections. Each address has a share; connections beyond it are closed */
  constructor(
    private readonly server: Server,
    maxConnections: number,
  ) {
    this.shares = new Shares(maxConnections);
    trackResponses(server);
    // Node.js would also close connections whose response is not fully sent. `drain` closes only idle ones.
    server.closeIdleConnections = () => undefined;
    server.on('connection', (socket: Socket) => {
      const owner = socket.remoteAddress === undefined ? undefined : networkOf(socket.remoteAddress);
      if (owner === undefined || !this.shares.take(owner)) {
        socket.destroy();
        return;
      }
      this.open.set(socket, { bytes: 0, queued: 0, stalledChecks: 0 });
      socket.once('close', () => {
        this.open.delete(socket);
        this.shares.giveBack(owner);
      });
    });
  }

  /**
   * Closes connections of clients that do not read their responses, or that stay open after the last response.
   *
   * The timeouts of Node.js and Fastify also reset on incoming bytes, so a client that sends an empty line now and then
   * and reads nothing would keep its connection forever. Only outgoing bytes count here. While a handler prepares a
   * response, there is nothing to read, and the client does not count as stalled.
   *
   * @param seconds longest time that a client may read nothing while a response is waiting
   */
  closeStalled(seconds: number): void {
    this.every(CHECK_SECONDS * 1000, () => {
      for (const [socket, progress] of this.open) {
        const now = progressOf(socket, progress);
        if (now.stalledChecks * CHECK_SECONDS > seconds) socket.destroy();
        this.open.set(socket, now);
      }
    });
  }

  /**
   * Closes connections so that the server closes in time. Node.js alone would wait forever for clients that send no
   * request, or only a part of one. Requests are served until the shutdown timeout, and for at least one second. Call
   * this when the server closes.
   */
  drain(shutdown: Shutdown, logger: Pick<Logger, 'warn'>): void {
    let checks = 0;
    this.every(DRAIN_CHECK_MS, () => {
      checks += 1;
      const isTimeUp = checks >= ARRIVAL_CHECKS && shutdown.leftMs === 0;
      let requests = 0;
      for (const socket of this.open.keys()) {
        const response = unfinishedResponseOn(socket);
        // No further request follows on this connection.
        if (response && !response.headersSent) response.shouldKeepAlive = false;
        const isIdle = response === null && (checks >= ARRIVAL_CHECKS || socket.bytesWritten > 0);
        if (response && isTimeUp) requests += 1;
        if (isIdle || isTimeUp) socket.destroy();
      }
      if (requests > 0) logger.warn({ requests }, 'shutdown.left_unanswered');
    });
  }

  /** Repeats a check until the server has closed. */
  private every(intervalMs: number, check: () => void): void {
    const timer = setInterval(check, intervalMs);
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
  return { bytes, queued, stalledChecks: isExpected && isSame ? last.stalledChecks + 1 : 0 };
}
