import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Sender } from '../shared/http/request-log.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { clientAddressOf, networkOf } from '../shared/net/client-address.js';
import { CallerGone } from './access.errors.js';
import type { PortalGrant } from './domain/portal-grant.js';
import { may, type Permission, type Role } from './domain/role.js';
import type { Within } from './portal/within.js';

/** A session through which a caller calls: of a browser that showed an API key, or of a portal. */
export interface CallerSession {
  readonly id: Uuid;
  readonly kind: 'browser' | 'portal';
  /** Who uses the portal, as the host that made the session says. */
  readonly actor: string | null;
  readonly expiresAt: Date;
}

/** The identity of a caller: an API key, a session, or anonymous while API_ACCESS is open. */
export interface Identity {
  /** Null for an anonymous caller and for a portal session. */
  readonly keyId: Uuid | null;
  /** Null for a portal session, whose grant says what it may do. */
  readonly role: Role | null;
  /** The tenant to which the caller is bound; null for an admin key for all tenants. */
  readonly tenantId: string | null;
  /** Absent for a key that came with the request, and for an anonymous caller. */
  readonly session?: CallerSession;
  /** Only of a portal session. */
  readonly grant?: PortalGrant;
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

  /** Whether the caller's role has a permission. A portal session may read what it is granted, and nothing else. */
  may(permission: Permission): boolean {
    const { role, grant } = this.identity;
    if (role !== null) return may(role, permission);
    return permission === 'read' && grant?.capabilities.has('deliveries:read') === true;
  }

  /** The subscriptions that the caller may see or change; null for all of the tenant. */
  get within(): Within {
    return this.identity.grant?.subscriptionIds ?? null;
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

/** @throws CallerGone if the connection is closed; audit entries need the address */
export function addressOf(request: FastifyRequest): string {
  const address = clientAddressOf(request);
  if (address === null) throw new CallerGone();
  return address;
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

/** Injects the subscriptions that the request may see or change: `@WithinSubscriptions() within: Within`. */
export const WithinSubscriptions = createParamDecorator(
  (_: unknown, context: ExecutionContext) => callerOf(requestOf(context)).within,
);
