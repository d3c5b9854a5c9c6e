import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import type { FrameAncestors } from '../access/index.js';
import { VERSION } from '../shared/version.js';
import { type BuiltFiles, PUBLIC } from './built-files.js';
import { policyFor } from './pages.js';

/** The element that host pages load as a script. */
const ELEMENT = '/portal/element.js';

type Ancestors = Pick<FrameAncestors, 'originsFor'>;

/**
 * Serves the portal at `/portal`. Pages of a tenant's origins may show it in a frame, where `?tenant=` names the
 * tenant.
 */
export function servePortal(fastify: FastifyInstance, files: BuiltFiles, ancestors: Ancestors): void {
  protect(fastify, ancestors);
  files.serve('/portal', 'portal/portal.html');
  // The page asks for it in a frame, to know whose messages to trust. The header of the page says the same to
  // everybody.
  fastify.get('/portal/config.json', { config: PUBLIC }, async (request, reply) => {
    const origins = await ancestors.originsFor(tenantOf(request));
    return reply.header('cache-control', 'no-store').send({ version: VERSION, frame_ancestors: origins });
  });
  fastify.get(ELEMENT, { config: PUBLIC }, (_, reply) =>
    files.send(
      // Pages of hosts load it, also as a module or with a hash.
      reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }),
      'portal/element.js',
      'no-cache',
    ),
  );
}

function protect(fastify: FastifyInstance, ancestors: Ancestors): void {
  const others = helmet({ contentSecurityPolicy: false, hsts: false, xFrameOptions: false });
  const headersFor = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const origins = await originsFor(request, ancestors);
    void reply.header('content-security-policy', textOf(policyFor(origins)));
    // It knows no list of origins, and browsers ignore it where there is a policy. Old ones must not be refused by it.
    if (origins.length === 0) void reply.header('x-frame-options', 'DENY');
    others(request.raw, reply.raw, () => undefined);
  };
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (!/^\/portal(\/|$)/.test(request.routeOptions.url ?? '')) done();
    else
      void headersFor(request, reply).then(() => {
        done();
      }, done);
  });
}

/** Nobody may frame the page while the list cannot be read. It says itself that the service is away. */
async function originsFor(request: FastifyRequest, ancestors: Ancestors): Promise<readonly string[]> {
  const isPage = /^\/portal(\/\*)?$/.test(request.routeOptions.url ?? '');
  return isPage ? ancestors.originsFor(tenantOf(request)).catch(() => []) : [];
}

function tenantOf({ query }: FastifyRequest): string | undefined {
  const { tenant } = query as Readonly<Record<string, unknown>>;
  return typeof tenant === 'string' ? tenant : undefined;
}

function textOf(policy: ReturnType<typeof policyFor>): string {
  return Object.entries(policy)
    .map(([name, values]) => [name, ...values].join(' '))
    .join(';');
}
