import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';

/** What the hooks that run before a handler, and before its body is read, know of its route. */
export interface RouteOptions {
  /** Takes its body as the bytes that came. */
  readonly rawBody?: boolean;
  /** Refuses a body, since nobody would read it. */
  readonly refusesBody?: boolean;
  /** Reads the query. */
  readonly takesQuery?: boolean;
  /** What its caller must be permitted; `access` knows the names. */
  readonly permission?: string;
  /** Needs no permission, and answers this machine alone: no foreign page, and no foreign name. */
  readonly isForThisMachine?: boolean;
  /** Takes from what its tenant may publish. */
  readonly isMetered?: boolean;
  /** Belongs to those who run the service, and to the port that is theirs when there is one. */
  readonly isOperational?: boolean;
}

/** Adds to what is known of a route. (`RouteConfig` alone would replace it.) */
export function RouteOption(option: RouteOptions): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const known = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as RouteOptions | undefined;
    return RouteConfig({ ...known, ...option })(target, key, descriptor);
  };
}

export function routeOptionsOf(request: FastifyRequest): RouteOptions {
  return request.routeOptions.config as RouteOptions;
}
