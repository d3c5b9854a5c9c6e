import { DomainError } from '../shared/errors/domain-error.js';
import { COOKIE_HEADER, COOKIE_HEADER_VALUE } from './sessions/session-cookie.js';

/** The session is unknown, has expired, or was ended by somebody. */
export class SessionEnded extends DomainError {
  constructor(detail = 'This session has ended. Sign in again: POST /session with an API key.') {
    super('session_ended', 'unauthenticated', detail);
  }
}

/** A portal's session is over; only the host can make another one. */
export class PortalSessionEnded extends SessionEnded {
  constructor() {
    super('This portal session has ended. Open the portal again from the page that led you here.');
  }
}

/** A page of another site may have made the browser send the request, together with its cookie. */
export class ForeignRequest extends DomainError {
  constructor() {
    super(
      'foreign_request',
      'forbidden',
      `Requests with a session cookie must come from a page of this service and have the header ${COOKIE_HEADER}: ` +
        `${COOKIE_HEADER_VALUE}. Programs send an API key instead: Authorization: Bearer whk_…`,
    );
  }
}

/** A browser would not keep the cookie, so that the sign-in would have no effect. */
export class InsecureOrigin extends DomainError {
  constructor() {
    super(
      'insecure_origin',
      'forbidden',
      'A session needs https, because its cookie must not travel in clear text. Open this page by https, or at localhost.',
    );
  }
}

/** Everybody may do everything, so a session would add nothing. */
export class SessionNotNeeded extends DomainError {
  constructor() {
    super('session_not_needed', 'conflict', 'API_ACCESS is open, so no key and no session are needed. Just call the API.'); // prettier-ignore
  }
}

/** There is nothing to end: the caller showed a key. */
export class NoSession extends DomainError {
  constructor() {
    super(
      'no_session',
      'conflict',
      'This request has no session, so there is nothing to end. Send the session cookie instead of a key.',
    );
  }
}

export class SessionNotFound extends DomainError {
  constructor(id: string) {
    super('session_not_found', 'not_found', `There is no session ${id} that you may end. GET /sessions lists all.`);
  }
}

/** Too many wrong keys or codes came from the client's address. */
export class TooManyAttempts extends DomainError {
  constructor(retryAfterSeconds: number) {
    super(
      'too_many_attempts',
      'too_many',
      'Too many wrong keys or codes came from your address. Check what you send, and try again later.',
      { retryAfterSeconds },
    );
  }
}
