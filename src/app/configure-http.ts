import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Settings } from '../shared/config/settings.js';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../shared/http/problem.js';
import { installLoadShedding } from '../shared/http/load-shedding.js';
import { ProblemFilter } from '../shared/http/problem.filter.js';
import { installBodyParser } from '../shared/http/raw-body.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** Longer than any id or event type, so that a wrong one is answered by what is wrong with it. */
const MAX_PARAM_LENGTH = 16_384;
/** A client that takes longer to send its request is cut off, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

export function fastifyOptions(): FastifyServerOptions {
  return {
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    genReqId: requestId,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While it shuts down, what still comes in is served: readiness has told the balancer already.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      const context = { path: request.url.split('?', 1)[0] ?? '', requestId: request.id };
      const problem = problemOf(400, 'malformed_request', error.message, context);
      void (reply as FastifyReply).status(400).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
    },
  };
}

/** Taken from the request when it can stand in a header and in a log, made otherwise. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What every answer has: a request id, problem bodies, one body parser, a count. */
export function configureHttp(app: NestFastifyApplication, settings: Settings): void {
  const fastify = app.getHttpAdapter().getInstance();
  const metrics = app.get(Metrics);
  installBodyParser(fastify, settings.maxPayloadBytes);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  const { maxIngestRequests, maxIngestBytes, maxPayloadBytes } = settings;
  installLoadShedding(
    fastify,
    { requests: maxIngestRequests, bytes: maxIngestBytes, bytesEach: maxPayloadBytes },
    metrics,
  );
  app.useGlobalFilters(new ProblemFilter(app.get(Logger)));
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpRequests.inc({ method: request.method, route, status: reply.statusCode });
    done();
  });
}
