import { DomainError } from '../shared/errors/domain-error.js';
import { StartRefused } from '../shared/errors/start-refused.js';
import { type Permission, type Role, rolesThatMay } from './domain/role.js';

export class Unauthenticated extends DomainError {
  constructor(detail: string) {
    super('unauthenticated', 'unauthenticated', `${detail} Send an API key: Authorization: Bearer whk_…`);
  }
}

export class ApiKeyMissing extends Unauthenticated {
  constructor() {
    super('The request has no API key.');
  }
}

export class NotPermitted extends DomainError {
  /** @param role `none` for a caller without a role */
  constructor(role: Role | 'none', permission: Permission) {
    super('not_permitted', 'forbidden', `This operation requires the role ${rolesThatMay(permission).join(' or ')}. Your key has the role ${role}.`); // prettier-ignore
  }
}

export class OtherTenant extends DomainError {
  constructor(tenantId: string) {
    super(
      'other_tenant',
      'forbidden',
      `The key or X-Tenant limits this request to tenant ${tenantId}. Name no other tenant.`,
    );
  }
}

/** The operation affects more than one tenant, and the key is bound to one. */
export class NeedsAllTenants extends DomainError {
  constructor() {
    super(
      'needs_all_tenants',
      'forbidden',
      'This operation requires an admin key that is not bound to a tenant, and no X-Tenant.',
    );
  }
}

export class TenantNotFound extends DomainError {
  constructor(id: string) {
    super(
      'tenant_not_found',
      'not_found',
      `There is no tenant ${JSON.stringify(id.slice(0, 100))}. GET /tenants lists all; POST /tenants creates one.`,
    );
  }
}

export class TenantExists extends DomainError {
  constructor(id: string) {
    super(
      'tenant_exists',
      'conflict',
      `Tenant ${id} exists or has been deleted, and ids are never reused. Choose another id.`,
    );
  }
}

export class TenantInUse extends DomainError {
  constructor(id: string, reason: string) {
    super('tenant_in_use', 'conflict', `Tenant ${id} cannot be deleted because it ${reason}.`);
  }
}

export class ApiKeyNotFound extends DomainError {
  constructor(id: string) {
    super('key_not_found', 'not_found', `There is no API key ${id} that you may manage. GET /keys lists all.`);
  }
}

export class LastAdminKey extends DomainError {
  constructor() {
    super(
      'last_admin_key',
      'conflict',
      'This is the last admin key for all tenants that does not expire soon. Create another one first.',
    );
  }
}

export class KeyHasSuccessor extends DomainError {
  constructor(id: string) {
    super(
      'key_has_successor',
      'conflict',
      `API key ${id} has already been rotated. Rotate its replacement, or create a new key.`,
    );
  }
}

export class TooManyKeys extends DomainError {
  constructor(limit: number) {
    super('too_many_keys', 'conflict', `The limit of ${limit} API keys is reached. Revoke one first.`);
  }
}

/**
 * The Host header does not name this machine. Without keys, that header is the only protection against DNS rebinding:
 * a web page can point its own name at this machine, and a browser here would then call this port.
 */
export class ForeignHost extends DomainError {
  constructor() {
    super(
      'foreign_host',
      'forbidden',
      'While API_ACCESS is open, the Host must be localhost or 127.0.0.1. Use one of them, or set API_ACCESS=keys.',
    );
  }
}

/**
 * The request comes from a web page of another origin. A browser sends whatever a page asks it to, and without keys
 * the page needs no secret.
 */
export class ForeignOrigin extends DomainError {
  constructor() {
    super(
      'foreign_origin',
      'forbidden',
      'While API_ACCESS is open, pages of other origins are refused. List the origin in CORS_ORIGINS, or set API_ACCESS=keys.',
    );
  }
}

/** The client has disconnected, so nobody reads this error. */
export class CallerGone extends DomainError {
  constructor() {
    super('caller_gone', 'malformed', 'The connection closed before the client address was read.');
  }
}

export class RateLimited extends DomainError {
  constructor(perSecond: number, retryAfterSeconds: number) {
    super('rate_limited', 'too_many', `This tenant may publish ${perSecond} events per second. Retry later.`, {
      retryAfterSeconds,
    });
  }
}

/** The start is refused because the setting would be ignored. */
export class OtherBootstrapKey extends StartRefused {
  constructor(id: string) {
    super(
      `BOOTSTRAP_API_KEY has the id of the stored key ${id}, but another secret. Make a new key, or remove the setting.`,
    );
  }
}

/** The start is refused because no caller could authenticate. */
export class NoApiKey extends StartRefused {
  constructor() {
    super(
      "There is no admin key yet. Set BOOTSTRAP_API_KEY to the output of 'npm run --silent make-key' or, " +
        'to try the service on this machine only, set API_ACCESS=open.',
    );
  }
}
