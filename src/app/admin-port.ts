import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../shared/errors/domain-error.js';
import { requestLogOf } from '../shared/http/request-log.js';
import { routeOptionsOf } from '../shared/http/route-options.js';
import type { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Shutdown } from '../shared/shutdown.js';
import { Connections } from './connections.js';
import { serveOneAtATime } from './one-at-a-time.js';
import { serverOptions } from './server-options.js';
import { answerExpectations, answerUnreadable } from './unreadable-requests.js';

/** Requests on the admin port, which serves only /health and /metrics. The main port serves everything else. */
const adminRequests = new WeakSet<IncomingMessage>();

class OtherPort extends DomainError {
  constructor(path: string) {
    super(
      'not_found',
      'not_found',
      `There is no ${path} on this port: /health and /metrics are on ADMIN_PORT, everything else is on PORT.`,
    );
  }
}

/** Whether the port that got a request serves this kind of routes. */
export function isOnItsPort(request: FastifyRequest, isOperational: boolean): boolean {
  return adminRequests.has(request.raw) === isOperational;
}

/**
 * Makes each of the two ports respond with 404 to routes of the other.
 *
 * @param isOfThisPort whether a request without a route is for a path of its port
 */
export function keepPortsApart(fastify: FastifyInstance, isOfThisPort: (request: FastifyRequest) => boolean): void {
  fastify.addHook('onRequest', (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    const isOperational = routeOptionsOf(request).isOperational === true;
    const isHere = isOnItsPort(request, isOperational) || isOfThisPort(request);
    done(isHere ? undefined : new OtherPort(request.url.split('?', 1)[0] ?? ''));
  });
}

/**
 * Creates the server of the admin port, which does not listen yet. Call this before the application listens, because
 * Fastify accepts no hooks after that. The server routes into the same application, because a second application would
 * need its own connections to PostgreSQL and Redis and its own metrics.
 */
export function adminServer(app: NestFastifyApplication, settings: Settings): Server {
  const fastify = app.getHttpAdapter().getInstance();
  const routing = (request: IncomingMessage, response: ServerResponse): void => {
    adminRequests.add(request);
    fastify.routing(request, response);
  };
  const server = createServer(serverOptions(settings), routing);
  // Fastify adds its handlers only to its own server.
  server.on('clientError', answerUnreadable(requestLogOf(settings)));
  answerExpectations(server, { routing });
  serveOneAtATime(server);
  const connections = new Connections(server, settings.maxConnections);
  connections.closeStalled(settings.requestTimeout);
  let closed: Promise<unknown> = Promise.resolve();
  // Both servers close at the same time, because they share one shutdown timeout.
  fastify.addHook('preClose', (done: () => void) => {
    closed = once(server, 'close');
    server.close();
    connections.drain(app.get(Shutdown), app.get(Logger));
    done();
  });
  fastify.addHook('onClose', async () => {
    await closed;
  });
  return server;
}

/** @param port 0 for any free one @returns the port that the server listens on */
export async function listenOn(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
