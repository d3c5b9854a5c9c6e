import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Clock } from '../../shared/time/clock.js';
import { BriefCache } from '../brief-cache.js';
import type { Identity } from '../caller.js';
import { isSameHash } from '../domain/api-key.js';
import { PortalSessionEnded } from '../session.errors.js';
import { TokenReader } from '../token-reader.js';
import type { PortalSession } from './portal-session.js';
import { PortalSessionsRepository } from './portal-sessions.repository.js';

/** A session as it was read, and the identity of its bearer. */
interface KnownSession {
  readonly session: PortalSession;
  readonly identity: Identity;
}

const BEARER = /^bearer +(whp_\S+)$/i;

/** Identifies portals by their tokens. Every process refuses one within a second of the end of its session. */
@Injectable()
export class PortalRing {
  private readonly sessions: BriefCache<KnownSession>;
  private readonly reader = new TokenReader('whp');

  constructor(
    repository: PortalSessionsRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {
    this.sessions = new BriefCache(async (ids) => {
      const found = await repository.findMany(ids);
      return new Map(found.map((session) => [session.id, { session, identity: portalIdentity(session) }]));
    }, clock);
  }

  /** The portal's token in an Authorization header; null if it is of another kind. */
  tokenIn(authorization: string): string | null {
    // Nearly all requests carry a key.
    return authorization.includes('whp_') ? (BEARER.exec(authorization)?.[1] ?? null) : null;
  }

  /** @throws PortalSessionEnded; the promise rejects with the same error */
  identify(text: string): Identity | Promise<Identity> {
    // Whoever turns the portal off means the sessions that are open, too.
    const token = this.settings.portal === 'off' ? null : this.reader.read(text);
    if (token === null) throw new PortalSessionEnded();
    const verify = (found: KnownSession | null): Identity => {
      const { tokenHash = null, expiresAt } = found?.session ?? {};
      const isSame = tokenHash !== null && isSameHash(tokenHash, token.secretHash);
      if (found === null || !isSame || (expiresAt?.getTime() ?? 0) <= this.clock.nowMs()) throw new PortalSessionEnded(); // prettier-ignore
      return found.identity;
    };
    const known = this.sessions.get(token.uuid);
    return known instanceof Promise ? known.then(verify) : verify(known);
  }

  /** Must be called after this process has changed the session. */
  forget(id: string): void {
    this.sessions.forget(id);
  }
}

/** Who calls through a portal session. */
export function portalIdentity({ id, tenantId, actor, expiresAt, ...terms }: PortalSession): Identity {
  return {
    keyId: null,
    role: null,
    tenantId,
    session: { id, kind: 'portal', actor, expiresAt },
    grant: { capabilities: new Set(terms.capabilities), subscriptionIds: terms.subscriptionIds },
  };
}
