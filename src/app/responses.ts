import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const latest = new WeakMap<Socket, ServerResponse>();
const tracked = new WeakSet<Server>();
const endless = new WeakSet<ServerResponse>();

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

/** Says that a response goes on until the client leaves, so its connection is read to notice that. */
export function markEndless(response: ServerResponse): void {
  endless.add(response);
  response.socket?.resume();
}

export function isEndless(response: ServerResponse | null): boolean {
  return response !== null && endless.has(response);
}
