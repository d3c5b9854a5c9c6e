import { DomainError } from '../../shared/errors/domain-error.js';
import type { Capability } from '../domain/capability.js';

const ASK_AGAIN = 'Go back to the page that led you here, and open the portal again.';

export class PortalCodeUnknown extends DomainError {
  constructor() {
    super('portal_code_unknown', 'unauthenticated', `This link is incomplete or was revoked. ${ASK_AGAIN}`);
  }
}

export class PortalCodeUsed extends DomainError {
  constructor() {
    super('portal_code_used', 'unauthenticated', `This link was used already, and each works only once. ${ASK_AGAIN}`);
  }
}

export class PortalCodeExpired extends DomainError {
  /** @param lifeSeconds how long codes are valid */
  constructor(lifeSeconds: number) {
    super(
      'portal_code_expired',
      'unauthenticated',
      `This link was valid for ${lifeSeconds} seconds, and they are over. ${ASK_AGAIN}`,
    );
  }
}

/** Portals do not offer the operation, whatever their capabilities are. */
export class NotForPortals extends DomainError {
  constructor() {
    super('not_for_portals', 'forbidden', 'A portal session may not call this operation. It requires an API key.');
  }
}

export class CapabilityMissing extends DomainError {
  constructor(missing: readonly Capability[]) {
    super(
      'capability_missing',
      'forbidden',
      `This portal session lacks ${missing.join(' and ')}. The host grants it by capabilities of POST /portal-sessions.`,
    );
  }
}

/** The operation concerns more than the subscriptions that the session is limited to. */
export class BeyondSubscriptions extends DomainError {
  constructor() {
    super(
      'beyond_subscriptions',
      'forbidden',
      'This portal session is limited to some subscriptions, and this operation is not. The host can leave subscription_ids out.',
    );
  }
}

export class PortalSessionNotFound extends DomainError {
  constructor(id: string) {
    super(
      'portal_session_not_found',
      'not_found',
      `There is no portal session ${id} that you may end. GET /portal-sessions lists all.`,
    );
  }
}

export class TooManyPortalSessions extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_portal_sessions',
      'conflict',
      `The tenant has ${limit} portal sessions, which is the limit. Revoke some, or give them a shorter expires_in.`,
    );
  }
}

/** The link would lead to an address that only this request knows to be right. */
export class PublicUrlMissing extends DomainError {
  constructor() {
    super(
      'public_url_missing',
      'conflict',
      'PUBLIC_URL is not set, so the service does not know at which URL browsers reach it. Ask the operator to set it.',
    );
  }
}

/** PORTAL=off: nobody can make a link to the portal, or follow one. */
export class PortalOff extends DomainError {
  constructor() {
    super('portal_off', 'not_found', 'This service offers no portal, because PORTAL is off. Ask the operator to turn it on.'); // prettier-ignore
  }
}
