import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteOptions } from '../shared/http/route-options.js';
import type { Metrics } from '../shared/metrics/metrics.js';

/** Each route has series for these from the start, so that an alert sees the first failure. */
const FAILURES = [500, 503];

/** Counts responses, and measures how long they take. Call this before the routes are added. */
export function countResponses(fastify: FastifyInstance, { httpRequests, httpDuration }: Metrics): void {
  fastify.addHook('onRoute', ({ url: route, method: methods }) => {
    for (const method of [methods].flat()) {
      if (method === 'HEAD' || method === 'OPTIONS') continue;
      for (const status of FAILURES) httpRequests.inc({ method, route, status }, 0);
    }
  });
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    // Read once: Fastify makes a new object each time.
    const { url: route = 'unknown', config } = request.routeOptions;
    const { method } = request;
    const { statusCode: status } = reply;
    httpRequests.inc({ method, route, status });
    // How long a client watches says nothing about how long it waits.
    if (!(config as RouteOptions | undefined)?.isEndless || status >= 400) {
      httpDuration.observe({ method, route, status_class: `${Math.floor(status / 100)}xx` }, reply.elapsedTime / 1000);
    }
    done();
  });
}
