import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { IncomingMessage, Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Gatekeeper, senderOf } from '../access/index.js';
import type { Settings } from '../shared/config/settings.js';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../shared/http/problem.js';
import { Intake } from '../shared/http/intake.js';
import { ProblemFilter } from '../shared/http/problem.filter.js';
import { noteCode, requestLogOf, unservedRequest } from '../shared/http/request-log.js';
import { installBodyParser } from '../shared/http/raw-body.js';
import { LIMITS } from '../shared/limits.js';
import { type RouteOptions } from '../shared/http/route-options.js';
import { refuseUnreadQueries } from '../shared/http/strict-query.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Shutdown } from '../shared/shutdown.js';
import { isOnItsPort, keepPortsApart } from './admin-port.js';
import { Connections } from './connections.js';
import { countResponses } from './count-responses.js';
import { serveOneAtATime } from './one-at-a-time.js';
import { isPreflight, OtherMethods } from './other-methods.js';
import { markEndless } from './responses.js';
import { serverOptions } from './server-options.js';
import { answerExpectations, answerUnreadable } from './unreadable-requests.js';

const REQUEST_ID = new RegExp(`^[A-Za-z0-9._:-]{1,${LIMITS.requestIdLength}}$`);
/** Which paths there are, for requests to others. */
const API_PATHS = 'GET /openapi.json lists all paths.';
const WORKER_PATHS = 'This process serves only /health, /health/live, /health/ready and /metrics.';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Response headers that pages of other origins may read, in addition to those that browsers always allow. */
const EXPOSED = [
  'Allow',
  'Location',
  'Link',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotent-Replayed',
  'X-Data-As-Of',
  'X-Request-Id',
];

export function fastifyOptions(settings: Settings): FastifyHttpOptions<Server> {
  const { trustedProxies, requestTimeout } = settings;
  const log = requestLogOf(settings);
  return {
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    http: serverOptions(settings),
    clientErrorHandler: answerUnreadable(log),
    // The longest that a request can hold, so that a path parameter that is too long gets an error of its own, not 404.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LIMITS.headerBytes },
    genReqId: requestId,
    requestTimeout: requestTimeout * 1000,
    bodyLimit: LIMITS.jsonBytes,
    forceCloseConnections: 'idle',
    // Serves requests that arrive during shutdown. Readiness already fails, so the load balancer sends no new ones.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      const context = { path: request.url.split('?', 1)[0] ?? '', requestId: request.id };
      const problem = problemOf(400, 'malformed_request', unreadablePath(error), context);
      // No hook runs for a path that the router cannot read.
      void reply.header('x-request-id', request.id);
      noteCode(request, problem.code);
      log.refused(unservedRequest(request, 400, senderOf(request)));
      void (reply as FastifyReply).status(400).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
    },
  };
}

/** Fastify names the path, and not what is wrong with it. */
function unreadablePath(error: FastifyError): string {
  if (error.code !== 'FST_ERR_BAD_URL') return error.message;
  return 'The path cannot be decoded. Percent-encode each part as UTF-8; a percent sign itself is %25.';
}

/** The client's X-Request-Id if it is safe in a header and in a log, or else a new id. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * Refuses what the parser of Node.js accepts. It counts the headers, because Node.js, depending on its version, either
 * refuses or silently drops those after the 2,000th.
 */
function refusalOf({ httpVersionMajor, rawHeaders, headers }: IncomingMessage): Error | undefined {
  if (rawHeaders.length > 2 * LIMITS.headers) {
    return new RefusedRequest(431, `The request has more than ${LIMITS.headers} headers.`);
  }
  if (httpVersionMajor === 0) return new RefusedRequest(400, 'HTTP/0.9 is not supported.');
  if (headers.host === undefined) return new RefusedRequest(400, 'The Host header is missing.');
  if (headers.expect === undefined || /^100-continue$/i.test(headers.expect)) return undefined;
  return new RefusedRequest(417, 'The only supported expectation is 100-continue.');
}

class RefusedRequest extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The hook of CORS runs before all others, and answers preflight requests itself. */
function enableCors(app: NestFastifyApplication, origins: readonly string[]): void {
  const options = { origin: [...origins], methods: METHODS, exposedHeaders: EXPOSED };
  app.enableCors({
    // Any other OPTIONS request asks which methods a path has.
    delegator: (request, callback) => {
      callback(null, { ...options, preflight: isPreflight(request) });
    },
  });
}

/**
 * Installs what all routes share: connection limits, request ids, problem bodies, the body parser, counting and
 * logging of responses, and access control where the API is served.
 *
 * @param gatekeeper null in a process that does not serve the API
 */
export function configureHttp(app: NestFastifyApplication, settings: Settings, gatekeeper: Gatekeeper | null): void {
  const fastify = app.getHttpAdapter().getInstance();
  const metrics = app.get(Metrics);
  const log = requestLogOf(settings);
  answerExpectations(fastify.server, fastify);
  serveOneAtATime(fastify.server);
  const shutdown = app.get(Shutdown);
  const connections = new Connections(fastify.server, settings.maxConnections);
  connections.closeStalled(settings.requestTimeout);
  fastify.addHook('preClose', (done: () => void) => {
    connections.drain(shutdown, app.get(Logger));
    done();
  });
  installBodyParser(fastify, settings.maxPayloadBytes);
  countResponses(fastify, metrics);
  namePreflights(fastify);
  watchEndless(fastify);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    void reply.header('x-request-id', request.id);
    // A client with a connection that it keeps would not ask a load balancer again.
    if (shutdown.hasBegun) void reply.header('connection', 'close');
    done(refusalOf(request.raw));
  });
  const hasTwoPorts = gatekeeper !== null && settings.adminPort !== undefined;
  const others = new OtherMethods(
    fastify,
    (request, isOperational) => !hasTwoPorts || isOnItsPort(request, isOperational),
  );
  others.answerOptions();
  if (hasTwoPorts) keepPortsApart(fastify, (request) => others.isCalledFor(request));
  if (settings.corsOrigins.length > 0) enableCors(app, settings.corsOrigins);
  gatekeeper?.install(fastify);
  const intake = new Intake({ requests: settings.maxIngestRequests, bytes: settings.maxIngestBytes }, metrics);
  fastify.after(() => {
    others.refuse();
    // After the gate, so that refused requests take no capacity from admitted ones.
    intake.install(fastify, ({ caller }) => caller?.tenantId ?? '');
    refuseUnreadQueries(fastify);
  });
  app.useGlobalFilters(new ProblemFilter(log, senderOf, gatekeeper === null ? WORKER_PATHS : API_PATHS));
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { statusCode: status } = reply;
    if (status >= 400 && status < 500) log.refused(unservedRequest(request, status, senderOf(request)));
    done();
  });
}

/** Adds request ids to the responses to preflight requests, which Nest sends before any `onRequest` hook of ours. */
function namePreflights(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (route.method !== 'OPTIONS') return;
    route.onSend = (request: FastifyRequest, reply: FastifyReply, _payload, done): void => {
      void reply.header('x-request-id', request.id);
      done();
    };
  });
}

/** Connections with an endless response are read, although no further request is served: their clients leave. */
function watchEndless(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const options: RouteOptions | undefined = route.config;
    if (!options?.isEndless) return;
    route.onSend = (_request: FastifyRequest, reply: FastifyReply, payload, done): void => {
      if (payload instanceof Readable) markEndless(reply.raw);
      done();
    };
  });
}
