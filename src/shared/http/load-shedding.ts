import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import type { Metrics } from '../metrics/metrics.js';
import { routeOptionsOf } from './route-options.js';

/** What publishing requests may take together; beyond it, they are refused before their bodies are read. */
export interface IntakeLimits {
  readonly requests: number;
  readonly bytes: number;
  /** What a request counts that does not say how long its body is, and the most that one counts. */
  readonly bytesEach: number;
}

export class Overloaded extends DomainError {
  constructor() {
    super('overloaded', 'unavailable', 'Too much is on its way in at once. Send this request again in a second.', {
      retryAfterSeconds: 1,
    });
  }
}

/**
 * Publishers wait for a commit. When PostgreSQL can't keep up, the requests that wait are what fills the memory, so they are
 * bounded by number and by size.
 */
export function installLoadShedding(fastify: FastifyInstance, limits: IntakeLimits, metrics: Metrics): void {
  let requests = 0;
  let bytes = 0;
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (!routeOptionsOf(request).rawBody) {
      done();
      return;
    }
    const size = Math.min(Number(request.headers['content-length'] ?? limits.bytesEach), limits.bytesEach);
    if (requests >= limits.requests || bytes + size > limits.bytes) {
      metrics.requestsShed.inc();
      done(new Overloaded());
      return;
    }
    requests += 1;
    bytes += size;
    // Also when the client has gone away in the middle.
    reply.raw.once('close', () => {
      requests -= 1;
      bytes -= size;
    });
    done();
  });
}
