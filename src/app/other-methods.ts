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
 * Responds to methods that a path does not have: 405 with `Allow`, or 204 with `Allow` to OPTIONS. Without this, the
 * router answers 404, as if the path did not exist.
 */
export class OtherMethods {
  private readonly paths = new Map<string, Path>();

  /**
   * Must be created before the routes are added.
   *
   * @param isServedHere whether the port that got a request serves routes for operators, or the others; always true if
   *   there is one port
   */
  constructor(
    private readonly fastify: FastifyInstance,
    private readonly isServedHere: (request: FastifyRequest, isOperational: boolean) => boolean,
  ) {
    fastify.addHook('onRoute', ({ url, method, config }) => {
      // The handler of all preflight requests says nothing about a path.
      if (url.includes('*')) return;
      const { isOperational = false } = (config ?? {}) as RouteOptions;
      const path = this.paths.get(url) ?? { pattern: patternOf(url), isOperational, methods: new Set<string>() };
      for (const each of [method].flat()) path.methods.add(each);
      this.paths.set(url, path);
    });
  }

  /** Whether the path of a request has methods, but not the one of the request. */
  isCalledFor(request: FastifyRequest): boolean {
    return request.is404 && this.allowedFor(request).length > 0;
  }

  /** Answers OPTIONS, except preflight requests: they must not succeed where pages of other origins may not call. */
  answerOptions(): void {
    this.fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      const isAnswered = request.method === 'OPTIONS' && !isPreflight(request);
      const allowed = isAnswered ? this.allowedFor(request) : [];
      if (allowed.length === 0) done();
      else void reply.status(204).header('allow', allowed.join(', ')).send();
    });
  }

  /** Refuses all other methods. Call this last, because what is not served here is not refused for its method. */
  refuse(): void {
    this.fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      const allowed = request.is404 ? this.allowedFor(request) : [];
      if (allowed.length === 0) {
        done();
        return;
      }
      void reply.header('allow', allowed.join(', '));
      done(new MethodNotAllowed(request.method, pathOf(request), allowed));
    });
  }

  /** Methods of the path of a request on its port; empty if there is no such path. */
  private allowedFor(request: FastifyRequest): string[] {
    const path = pathOf(request);
    const matching = [...this.paths.values()].filter(
      ({ pattern, isOperational }) => pattern.test(path) && this.isServedHere(request, isOperational),
    );
    if (matching.length === 0) return [];
    return [...new Set([...matching.flatMap(({ methods }) => [...methods]), 'OPTIONS'])].sort();
  }
}

/** Whether a browser asks if a page of another origin may make a request. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

/** Matches the paths of a route. A parameter takes one segment, and a slash at the end is ignored, as in the router. */
function patternOf(url: string): RegExp {
  const segments = url.replace(/\/$/, '').split('/');
  const parts = segments.map((each) =>
    each.startsWith(':') ? '[^/]+' : each.replaceAll(/[.+()[\]{}^$|\\?]/g, '\\$&'),
  );
  return new RegExp(`^${parts.join('/')}/?$`);
}
