import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const latest = new WeakMap<Socket, ServerResponse>();
const tracked = new WeakSet<Server>();

/** Makes `unfinishedResponseOn` work for the connections of a server. */
export function trackResponses(server: Server): void {
  if (tracked.has(server)) return;
  tracked.add(server);
  server.prependListener('request', track).prependListener('checkExpectation', track);
}

function track({ socket }: IncomingMessage, response: ServerResponse): void {
  latest.set(socket, response);
}

/** The response that a connection waits for, until the kernel has all of it; null if there is none. */
export function unfinishedResponseOn(socket: Socket): ServerResponse | null {
  const response = latest.get(socket);
  // Node.js detaches the socket from a finished response.
  return response?.socket === socket ? response : null;
}
