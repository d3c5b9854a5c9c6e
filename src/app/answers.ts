import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const latest = new WeakMap<Socket, ServerResponse>();
const noted = new WeakSet<Server>();

/** Lets `answerOn` know of the answers of a server. */
export function noteAnswers(server: Server): void {
  if (noted.has(server)) return;
  noted.add(server);
  server.prependListener('request', note).prependListener('checkExpectation', note);
}

function note({ socket }: IncomingMessage, answer: ServerResponse): void {
  latest.set(socket, answer);
}

/** The answer that a connection waits for, until all of it is with the kernel; null when there is none. */
export function answerOn(socket: Socket): ServerResponse | null {
  const answer = latest.get(socket);
  // Node.js takes the socket from an answer that is finished.
  return answer?.socket === socket ? answer : null;
}
