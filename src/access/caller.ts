import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Uuid } from '../shared/ids/uuid.js';
import type { Role } from './domain/role.js';

/** Who calls: an API key, or nobody in particular where the service runs open. */
export interface Identity {
  /** Null where the service runs open. */
  readonly keyId: Uuid | null;
  readonly role: Role;
  /** The tenant to which the key is bound; null for an admin of all. */
  readonly tenantId: string | null;
}

/** Who sent a request, from where, and whose things it is about. */
export class Caller {
  constructor(
    readonly identity: Identity,
    /** The tenant whose things the request is about. */
    readonly tenantId: string,
    /** The tenants that an administrator speaks of; null for all. */
    readonly administered: string | null,
    /**
     * Of the client, as far as TRUSTED_PROXIES can be believed. Null for who publishes: nobody asks, and it costs a
     * system call.
     */
    readonly address: string | null,
    readonly requestId: string,
  ) {}
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where anybody is let in. */
    caller: Caller | null;
  }
}

function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === null) throw new Error('The caller of an operation that lets anybody in is not known');
  return caller;
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** Who sent this request: `@CurrentCaller() caller: Caller`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(requestOf(context)),
);

/** The tenant whose things this request is about: `@TenantId() tenantId: string`. */
export const TenantId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => callerOf(requestOf(context)).tenantId,
);
