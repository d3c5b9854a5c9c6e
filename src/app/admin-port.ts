import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../shared/errors/domain-error.js';
import { routeOptionsOf } from '../shared/http/route-options.js';
import type { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Shutdown } from '../shared/shutdown.js';
import { Connections } from './connections.js';
import { serveOneAtATime } from './one-at-a-time.js';
import { serverOptions } from './server-options.js';
import { answerExpectations, answerUnreadable } from './unreadable-requests.js';

/** Requests that came in on the port that serves /health and /metrics alone; the other one serves all but those. */
const adminRequests = new WeakSet<IncomingMessage>();

class OtherPort extends DomainError {
  constructor(path: string) {
    super('not_found', 'not_found', `There is no ${path} on this port.`);
  }
}

/** Each of the two ports answers 404 to what belongs to the other. */
export function keepPortsApart(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    const isAdmin = adminRequests.has(request.raw);
    const isOperational = routeOptionsOf(request).isOperational === true;
    done(isAdmin === isOperational ? undefined : new OtherPort(request.url.split('?', 1)[0] ?? ''));
  });
}

/**
 * The server of the port for operators, which does not listen yet. To be called before the application does: hooks come
 * first. It routes into the same application: a second one would have its own connections to PostgreSQL and Redis and
 * its own metrics, or take those of the first from outside Nest.
 */
export function adminServer(app: NestFastifyApplication, settings: Settings): Server {
  const fastify = app.getHttpAdapter().getInstance();
  const routing = (request: IncomingMessage, response: ServerResponse): void => {
    adminRequests.add(request);
    fastify.routing(request, response);
  };
  const server = createServer(serverOptions(settings), routing);
  // Those of Fastify are on its own server only.
  server.on('clientError', answerUnreadable);
  answerExpectations(server, { routing });
  serveOneAtATime(server);
  const connections = new Connections(server, settings.maxConnections);
  connections.closeStalled(settings.requestTimeout);
  let closed: Promise<unknown> = Promise.resolve();
  // With the other server, and not after it: the time of both is the same.
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

/** @returns the port: 0 takes a free one */
export async function listenOn(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
