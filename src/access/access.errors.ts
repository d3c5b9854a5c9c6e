import { DomainError } from '../shared/errors/domain-error.js';
import { StartRefused } from '../shared/errors/start-refused.js';
import { type Permission, type Role, rolesThatMay } from './domain/role.js';

export class Unauthenticated extends DomainError {
  constructor(detail: string) {
    super('unauthenticated', 'unauthenticated', detail);
  }
}

export class NotPermitted extends DomainError {
  constructor(role: Role, permission: Permission) {
    super('not_permitted', 'forbidden', `This takes a key with the role ${rolesThatMay(permission).join(' or ')}; yours is ${role}.`); // prettier-ignore
  }
}

export class OtherTenant extends DomainError {
  constructor(tenantId: string) {
    super(
      'other_tenant',
      'forbidden',
      `This key belongs to the tenant ${tenantId}: leave X-Tenant out, or name that one.`,
    );
  }
}

/** For what concerns more than one tenant. */
export class NeedsAllTenants extends DomainError {
  constructor() {
    super('needs_all_tenants', 'forbidden', 'This takes an admin key that is not bound to a tenant.');
  }
}

export class TenantNotFound extends DomainError {
  constructor(id: string) {
    super('tenant_not_found', 'not_found', `There is no tenant ${JSON.stringify(id.slice(0, 100))}.`);
  }
}

export class TenantExists extends DomainError {
  constructor(id: string) {
    super('tenant_exists', 'conflict', `There is, or was, a tenant ${id}: ids are not used twice. Choose another one.`);
  }
}

export class TenantInUse extends DomainError {
  constructor(id: string, what: string) {
    super('tenant_in_use', 'conflict', `The tenant ${id} still has ${what}: remove them first.`);
  }
}

export class ApiKeyNotFound extends DomainError {
  constructor(id: string) {
    super('key_not_found', 'not_found', `There is no API key ${id}.`);
  }
}

export class LastAdminKey extends DomainError {
  constructor() {
    super(
      'last_admin_key',
      'conflict',
      'This is the last admin key for all tenants that does not end soon: make another one first.',
    );
  }
}

export class KeyHasSuccessor extends DomainError {
  constructor(id: string) {
    super(
      'key_has_successor',
      'conflict',
      `The API key ${id} was rotated already: rotate the key that took its place, or make a new one.`,
    );
  }
}

export class TooManyKeys extends DomainError {
  constructor(limit: number) {
    super('too_many_keys', 'conflict', `There are ${limit} keys: revoke one first.`);
  }
}

/**
 * A page of a browser on this machine could have turned its own name to it: without keys, that name is all that tells.
 */
export class ForeignHost extends DomainError {
  constructor() {
    super(
      'foreign_host',
      'forbidden',
      'While API_ACCESS is open, only calls to localhost or 127.0.0.1 by that name are answered: use it, or set API_ACCESS=keys.',
    );
  }
}

/** A browser sends what any page asks it to, and without keys there is nothing that the page would have to know. */
export class ForeignOrigin extends DomainError {
  constructor() {
    super(
      'foreign_origin',
      'forbidden',
      'While API_ACCESS is open, pages of other origins may not call: list theirs in CORS_ORIGINS, or set API_ACCESS=keys.',
    );
  }
}

/** Whoever sent the request is gone, so nobody reads this. */
export class CallerGone extends DomainError {
  constructor() {
    super('caller_gone', 'malformed', 'The connection was closed before it was known where the request came from.');
  }
}

export class RateLimited extends DomainError {
  constructor(perSecond: number, retryAfterSeconds: number) {
    super('rate_limited', 'too_many', `This tenant may publish ${perSecond} events a second. Try again later.`, {
      retryAfterSeconds,
    });
  }
}

/** The start is refused: a setting would be ignored. */
export class OtherBootstrapKey extends StartRefused {
  constructor(id: string) {
    super(
      `BOOTSTRAP_API_KEY is not the ${id} that is known here: it has another secret. Make a new one, or take it out.`,
    );
  }
}

/** The start is refused: nobody could call, or anybody. */
export class NoApiKey extends StartRefused {
  constructor() {
    super(
      "There is no admin key yet: set BOOTSTRAP_API_KEY to one that you make with 'npm run --silent make-key', or, for trying " +
        'things out on this machine only, API_ACCESS=open.',
    );
  }
}
