import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import type { Settings } from '../shared/config/settings.js';
import type { RouteOptions } from '../shared/http/route-options.js';
import { VERSION } from '../shared/version.js';
import { CONTENT_SECURITY_POLICY, NOT_BUILT, prefersPage, RELOAD_SECONDS } from './pages.js';

/** What `npm run ui:build` makes, as seen from the compiled file. */
const BUILT = fileURLToPath(new URL('../../../ui/dist/', import.meta.url));

/** The files hold no tenant's data. A page may have any query, because its state is in the URL. */
const PUBLIC: RouteOptions = { permission: 'none', takesQuery: true };

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Files beside the page whose names have no hash. */
const NAMED_FILE = /^[\w-]+\.(js|svg|png|ico|webmanifest)$/;

type File = FastifyRequest<{ Params: { '*': string } }>;

/**
 * Serves the dashboard at `/ui`, and leads browsers there from the root of the service. Serves nothing if it is turned
 * off. The files may appear later: until then, a page says that they are being built.
 *
 * @param directory the built files
 */
export function serveDashboard(
  fastify: FastifyInstance,
  { ui, apiAccess }: Pick<Settings, 'ui' | 'apiAccess'>,
  directory = BUILT,
): void {
  if (ui === 'off') return;
  protect(fastify);
  leadBrowsers(fastify);
  // Adds `sendFile` only. The routes are our own, because each kind of file is cached differently.
  void fastify.register(fastifyStatic, { serve: false, root: directory, preCompressed: true });
  const send = (reply: FastifyReply, file: string, caching: string): FastifyReply =>
    reply.header('cache-control', caching).sendFile(file, directory, { cacheControl: false });
  const sendPage = (_: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (existsSync(join(directory, 'index.html'))) return send(reply, 'index.html', 'no-store');
    return reply
      .status(503)
      .headers({ 'cache-control': 'no-store', 'retry-after': RELOAD_SECONDS })
      .type('text/html; charset=utf-8')
      .send(NOT_BUILT);
  };

  const config = PUBLIC;
  fastify.get('/ui', { config }, sendPage);
  fastify.get('/ui/config.json', { config }, (_, reply) =>
    reply.header('cache-control', 'no-store').send({
      version: VERSION,
      access: apiAccess,
      // The receiver of the local start.
      has_echo: fastify.hasRoute({ method: 'POST', url: '/echo/:bin' }),
    }),
  );
  fastify.get('/ui/assets/*', { config }, ({ params }: File, reply) => send(reply, `assets/${params['*']}`, IMMUTABLE));
  fastify.get('/ui/*', { config }, (request: File, reply) => {
    const path = request.params['*'];
    return NAMED_FILE.test(path) ? send(reply, path, 'no-cache') : sendPage(request, reply);
  });
}

function protect(fastify: FastifyInstance): void {
  const headers = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // The operator decides whether the service is behind https.
    hsts: false,
    xFrameOptions: { action: 'deny' },
  });
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    // Compares the route, because the path of the request can be spelled in several ways.
    if (!/^\/ui(\/|$)/.test(request.routeOptions.url ?? '')) done();
    else headers(request.raw, reply.raw, done as (error?: unknown) => void);
  });
}

/** Programs get the welcome of the API at the root, and browsers the dashboard. */
function leadBrowsers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (request.routeOptions.url !== '/') {
      done();
      return;
    }
    void reply.header('vary', 'accept');
    if (prefersPage(request.headers.accept)) void reply.redirect('/ui');
    else done();
  });
}
