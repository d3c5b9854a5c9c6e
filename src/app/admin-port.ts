import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
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

/** Servers that serve /health and /metrics alone; every other one then serves all but those. */
const adminServers = new WeakSet<Server>();

class OtherPort extends DomainError {
  constructor(path: string) {
    super('not_found', 'not_found', `There is no ${path} on this port.`);
  }
}

/** Each of the two ports answers 404 to what belongs to the other. */
export function keepPortsApart(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    const { server } = request.raw.socket as unknown as { server?: Server };
    const isAdmin = server !== undefined && adminServers.has(server);
    const isOperational = routeOptionsOf(request).isOperational === true;
    done(isAdmin === isOperational ? undefined : new OtherPort(request.url.split('?', 1)[0] ?? ''));
  });
}

/**
 * The server of the port for operators, which does not listen yet. To be called before the application does: hooks come
 * first.
 */
export function adminServer(app: NestFastifyApplication, settings: Settings): Server {
  const fastify = app.getHttpAdapter().getInstance();
  const server = createServer(serverOptions(settings), (request, response) => {
    fastify.routing(request, response);
  });
  // Those of Fastify are on its own server only.
  server.on('clientError', answerUnreadable);
  answerExpectations(server, fastify);
  serveOneAtATime(server);
  const connections = new Connections(server, settings.maxConnections);
  connections.closeStalled(settings.requestTimeout);
  adminServers.add(server);
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
