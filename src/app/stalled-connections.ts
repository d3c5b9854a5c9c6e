import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often it is looked for them. */
const CHECK_SECONDS = 1;

/** How many bytes of writes to a client are done and how many are not, and for how many looks that has been the same. */
interface Progress {
  readonly bytes: number;
  readonly queued: number;
  readonly looks: number;
}

/** What Node.js goes by for its own time-outs: a large write shows no progress elsewhere before all of it is done. */
interface Handle {
  readonly writeQueueSize?: number;
}

/**
 * Closes the connections of clients that do not take what they are sent, or that stay although nothing more will come. To
 * Node.js any byte is a sign of life, one that comes in, too; here what goes out counts. While an answer is in the making there
 * is nothing to take, and nothing is counted: how long that may last is for those who make it.
 *
 * @param seconds in which a client must have taken something of what is there for it
 */
export function closeStalled(server: Server, seconds: number): void {
  const connections = new Map<Socket, Progress>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { bytes: 0, queued: 0, looks: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, progress] of connections) {
      const now = progressOf(socket, progress);
      // Looks, and not a clock: after a pause of the whole process, what clients took meanwhile is not known yet.
      if (now.looks * CHECK_SECONDS > seconds) socket.destroy();
      connections.set(socket, now);
    }
  }, CHECK_SECONDS * 1000);
  timer.unref();
  server.once('close', () => {
    clearInterval(timer);
  });
}

function progressOf(socket: Socket, last: Progress): Progress {
  const bytes = socket.bytesWritten - socket.writableLength;
  const queued = (socket as unknown as { _handle?: Handle })._handle?.writeQueueSize ?? 0;
  const isExpected = socket.writableLength > 0 || socket.writableEnded;
  const isSame = bytes === last.bytes && queued === last.queued;
  return { bytes, queued, looks: isExpected && isSame ? last.looks + 1 : 0 };
}
