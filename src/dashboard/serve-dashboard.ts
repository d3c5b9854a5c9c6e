import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import type { FrameAncestors } from '../access/index.js';
import type { Settings } from '../shared/config/settings.js';
import { VERSION } from '../shared/version.js';
import { BUILT, BuiltFiles, PUBLIC } from './built-files.js';
import { policyFor, prefersPage } from './pages.js';
import { servePortal } from './serve-portal.js';

/**
 * Serves the dashboard at `/ui` and the portal at `/portal`, and leads browsers to the dashboard from the root of the
 * service. Serves nothing of what is turned off.
 *
 * @param directory the built files
 */
export function serveDashboard(
  fastify: FastifyInstance,
  { ui, portal, apiAccess }: Pick<Settings, 'ui' | 'portal' | 'apiAccess'>,
  ancestors: Pick<FrameAncestors, 'originsFor'>,
  directory = BUILT,
): void {
  if (ui === 'off' && portal === 'off') return;
  const files = new BuiltFiles(fastify, directory);
  if (portal === 'on') servePortal(fastify, files, ancestors);
  if (ui === 'off') return;
  protect(fastify);
  leadBrowsers(fastify);
  files.serve('/ui', 'index.html');
  fastify.get('/ui/config.json', { config: PUBLIC }, (_, reply) =>
    reply.header('cache-control', 'no-store').send({
      version: VERSION,
      access: apiAccess,
      // The receiver of the local start.
      has_echo: fastify.hasRoute({ method: 'POST', url: '/echo/:bin' }),
    }),
  );
}

function protect(fastify: FastifyInstance): void {
  const headers = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: policyFor([]) },
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
