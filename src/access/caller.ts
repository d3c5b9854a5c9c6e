import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Sender } from '../shared/http/request-log.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { clientAddressOf, networkOf } from '../shared/net/client-address.js';
import { may, type Permission, type Role } from './domain/role.js';

/** The identity of a caller: an API key, or anonymous while API_ACCESS is open. */
export interface Identity {
  /** Null for an anonymous caller. */
  readonly keyId: Uuid | null;
  readonly role: Role;
  /** The tenant to which the key is bound; null for an admin key for all tenants. */
  readonly tenantId: string | null;
}

/** Who sent a request, from which address, and for which tenant. */
export class Caller {
  constructor(
    readonly identity: Identity,
    /** The tenant that the request is about. */
    readonly tenantId: string,
    /** The tenant to which an administrative operation is limited; null for all tenants. */
    readonly administered: string | null,
    /**
     * The client's address, from X-Forwarded-For if TRUSTED_PROXIES allows it. Null for publishing requests, which
     * do not need it: reading it costs a system call.
     */
    readonly address: string | null,
    readonly requestId: string,
  ) {}

  /** Whether the caller's role has a permission. */
  may(permission: Permission): boolean {
    return may(this.identity.role, permission);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the key is identified, and on routes that require no permission. */
    identity: Identity | null;
    /** Null on routes that require no permission. */
    caller: Caller | null;
  }
}

function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === null) throw new Error('The operation requires no permission, so it has no caller');
  return caller;
}

/** Who sent a request, as far as the gate has found out. A process without a gate knows only the address. */
export function senderOf(request: FastifyRequest): Sender {
  const { identity, caller } = request;
  const address = clientAddressOf(request);
  return {
    keyId: identity?.keyId ? toPublicId('key', identity.keyId) : null,
    tenantId: caller?.tenantId ?? identity?.tenantId ?? null,
    network: address && networkOf(address),
  };
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** Injects the caller of the request: `@CurrentCaller() caller: Caller`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(requestOf(context)),
);

/** Injects the tenant that the request is about: `@TenantId() tenantId: string`. */
export const TenantId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => callerOf(requestOf(context)).tenantId,
);
