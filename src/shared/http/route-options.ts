import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';

/** What a route demands of a portal session. The module `access` defines the names. */
export interface PortalRoute {
  /** All of them are needed; none is needed if there are none. */
  readonly capabilities: readonly string[];
  /**
   * How the route keeps to the subscriptions that a session is limited to: its handler does, or this parameter of its
   * path names a subscription. Absent: it cannot, and such sessions are refused.
   */
  readonly narrowedBy?: 'handler' | { readonly parameter: string; readonly notFound: (id: string) => Error };
}

/** Properties of a route for the hooks that run before its body is read. */
export interface RouteOptions {
  /** The handler gets the body as bytes. */
  readonly rawBody?: boolean;
  /** A body other than `{}` is refused, because the handler reads none. */
  readonly refusesBody?: boolean;
  /** The handler reads a JSON body, and does without one. */
  readonly bodyIsOptional?: boolean;
  /** The handler reads query parameters. */
  readonly takesQuery?: boolean;
  /** An admin key for all tenants may name the tenant in the query parameter `tenant_id`, as in `X-Tenant`. */
  readonly takesTenantId?: boolean;
  /** Permission that the caller needs. The module `access` defines the names. */
  readonly permission?: string;
  /** What a portal session needs. Absent: portal sessions are refused. */
  readonly portal?: PortalRoute;
  /** Needs no permission, but serves only this machine: no page of another origin, and no other Host. */
  readonly isForThisMachine?: boolean;
  /** Counts against the publishing rate limit of the tenant. */
  readonly isMetered?: boolean;
  /** The response goes on until the client leaves. */
  readonly isEndless?: boolean;
  /** For operators. Served on the admin port, if there is one. */
  readonly isOperational?: boolean;
}

/** Adds an option to a route. `RouteConfig` alone would replace earlier options. */
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
