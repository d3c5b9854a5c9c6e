import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../shared/errors/domain-error.js';
import type { RouteOptions } from '../shared/http/route-options.js';

export class MethodNotAllowed extends DomainError {
  constructor(method: string, path: string, allowed: readonly string[]) {
    super(
      'method_not_allowed',
      'method_not_allowed',
      `${path} does not support ${method}. Use ${allowed.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
    );
  }
}

interface Path {
  readonly pattern: RegExp;
  readonly isOperational: boolean;
  readonly methods: Set<string>;
}

/**
 * Responds to a method that a path does not support: 405 with `Allow`, or 204 with `Allow` to OPTIONS. Without this, the
 * router answers 404, as if the path did not exist. Call this before the routes are added, and before the hooks that
 * depend on the route.
 *
 * @param isServedHere whether the port that got a request serves routes for operators, or the others; always true if
 *   there is one port
 */
export function answerOtherMethods(
  fastify: FastifyInstance,
  isServedHere: (request: FastifyRequest, isOperational: boolean) => boolean,
): void {
  const paths = new Map<string, Path>();
  fastify.addHook('onRoute', ({ url, method, config }) => {
    // The handler of all preflight requests says nothing about a path.
    if (url.includes('*')) return;
    const { isOperational = false } = (config ?? {}) as RouteOptions;
    const path = paths.get(url) ?? { pattern: patternOf(url), isOperational, methods: new Set<string>() };
    for (const each of [method].flat()) path.methods.add(each);
    paths.set(url, path);
  });
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (!request.is404) {
      done();
      return;
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const matching = [...paths.values()].filter(
      ({ pattern, isOperational }) => pattern.test(path) && isServedHere(request, isOperational),
    );
    if (matching.length === 0) {
      done();
      return;
    }
    const allowed = [...new Set([...matching.flatMap(({ methods }) => [...methods]), 'OPTIONS'])].sort();
    void reply.header('allow', allowed.join(', '));
    // A preflight request must not succeed where pages of other origins may not call.
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    if (request.method === 'OPTIONS' && !isPreflight) void reply.status(204).send();
    else done(new MethodNotAllowed(request.method, path, allowed));
  });
}

/** Matches the paths of a route. A parameter takes one segment, and a slash at the end is ignored, as in the router. */
function patternOf(url: string): RegExp {
  const segments = url.replace(/\/$/, '').split('/');
  const parts = segments.map((each) =>
    each.startsWith(':') ? '[^/]+' : each.replaceAll(/[.+()[\]{}^$|\\?]/g, '\\$&'),
  );
  return new RegExp(`^${parts.join('/')}/?$`);
}
