import type { FastifyReply } from 'fastify';
import { DomainError } from '../errors/domain-error.js';

/** The client has disconnected, so nobody reads the answer. */
class ClientGone extends DomainError {
  constructor() {
    super('client_gone', 'malformed', 'The client disconnected before the answer was ready.');
  }
}

/** Returns a signal that aborts when the client disconnects before it is answered. */
export function untilGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => {
    if (!raw.writableFinished) gone.abort(new ClientGone());
  };
  if (raw.destroyed) abort();
  else raw.once('close', abort);
  return gone.signal;
}
