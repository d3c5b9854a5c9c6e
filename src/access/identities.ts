import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Identity } from './caller.js';
import { KeyRing } from './keys/key-ring.js';
import { PortalRing } from './portal/portal-ring.js';
import { ForeignRequest, SessionEnded } from './session.errors.js';
import { isFromOwnPage, sessionCookies } from './sessions/session-cookie.js';
import { SessionRing } from './sessions/session-ring.js';

/** Identifies callers by what their requests carry: an API key, the token of a portal, or the cookie of a session. */
@Injectable()
export class Identities {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly sessions: SessionRing,
    private readonly portals: PortalRing,
  ) {}

  /**
   * A key or a token goes before a cookie, which a browser sends unasked.
   *
   * @param isUse whether the request prolongs a session
   * @throws DomainError with the reason for a refusal; the promise rejects with the same error
   */
  identify(request: Pick<FastifyRequest, 'headers'>, isUse = true): Identity | Promise<Identity> {
    const { authorization } = request.headers;
    const token = authorization === undefined ? null : this.portals.tokenIn(authorization);
    if (token !== null) return this.portals.identify(token);
    const cookies = authorization === undefined ? sessionCookies(request) : [];
    if (cookies.length === 0) return this.keyRing.identify(authorization);
    if (!isFromOwnPage(request)) throw new ForeignRequest();
    const [cookie = '', another] = cookies;
    // One of them was planted, and nobody can tell which.
    if (another !== undefined) throw new SessionEnded();
    return this.sessions.identify(cookie, isUse);
  }
}
