import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { Unauthenticated } from '../access.errors.js';
import { BriefCache } from '../brief-cache.js';
import type { Identity } from '../caller.js';
import { isSameHash } from '../domain/api-key.js';
import { isRenewalDue, sessionEndMs, type SessionLife } from '../domain/session-life.js';
import { KeyRing, type KnownKey } from '../keys/key-ring.js';
import { SessionEnded } from '../session.errors.js';
import { TokenReader } from '../token-reader.js';
import type { BrowserSession } from './browser-session.js';
import { SessionsRepository } from './sessions.repository.js';

/** A session as it was read, and the identity of its browser once its key was looked up. */
interface KnownSession {
  readonly session: BrowserSession;
  identity?: Identity;
}

/**
 * Identifies browsers by their sessions: a look into the cache for the session and one for its key. Every process
 * refuses a session within a second of its end, or of that of its key.
 */
@Injectable()
export class SessionRing {
  readonly life: SessionLife;
  private readonly sessions: BriefCache<KnownSession>;
  private readonly reader = new TokenReader('whs');
  /** Sessions whose renewal is being written. */
  private readonly renewing = new Set<Uuid>();

  constructor(
    private readonly repository: SessionsRepository,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    private readonly logger: Logger,
    settings: Settings,
  ) {
    this.life = { idleMs: settings.sessionIdleTimeout * 1000, maxMs: settings.sessionMaxLifetime * 1000 };
    this.sessions = new BriefCache(async (ids) => {
      const found = await this.repository.findMany(ids);
      return new Map(found.map((session) => [session.id, { session }]));
    }, clock);
  }

  /**
   * @param text the value of the cookie
   * @param isUse whether this prolongs the session
   * @throws SessionEnded; the promise rejects with the same error
   */
  identify(text: string, isUse: boolean): Identity | Promise<Identity> {
    const token = this.reader.read(text);
    if (token === null) throw new SessionEnded();
    const known = this.sessions.get(token.uuid);
    const verify = (found: KnownSession | null): Identity | Promise<Identity> => {
      if (found === null || !isSameHash(found.session.secretHash, token.secretHash)) throw new SessionEnded();
      if (found.session.expiresAt.getTime() <= this.clock.nowMs()) throw new SessionEnded();
      return this.withKey(found, isUse);
    };
    return known instanceof Promise ? known.then(verify) : verify(known);
  }

  /** The time at which a session ends if it is used now and never again; not later than its key. */
  endOf(createdAtMs: number, keyExpiresAt: Date | null): Date {
    const endMs = sessionEndMs(createdAtMs, this.clock.nowMs(), this.life);
    return new Date(Math.min(endMs, keyExpiresAt?.getTime() ?? endMs));
  }

  /** Must be called after this process has changed the session. */
  forget(id: string): void {
    this.sessions.forget(id);
  }

  private withKey(known: KnownSession, isUse: boolean): Identity | Promise<Identity> {
    const identified = (found: KnownKey): Identity => {
      if (isUse) this.renewIfDue(known.session, found.key.expiresAt);
      return (known.identity ??= toIdentity(known.session, found));
    };
    try {
      const found = this.keyRing.find(known.session.keyId);
      return found instanceof Promise ? found.then(identified, asEnded) : identified(found);
    } catch (error) {
      return asEnded(error);
    }
  }

  private renewIfDue({ id, createdAt, expiresAt }: BrowserSession, keyExpiresAt: Date | null): void {
    const nowMs = this.clock.nowMs();
    const span = { createdAtMs: createdAt.getTime(), endMs: expiresAt.getTime() };
    if (this.renewing.has(id) || !isRenewalDue(span, nowMs, this.life)) return;
    const end = this.endOf(span.createdAtMs, keyExpiresAt);
    if (end <= expiresAt) return;
    this.renewing.add(id);
    this.repository
      .renew(id, new Date(nowMs), end)
      .then(() => {
        this.forget(id);
      })
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'session.renewal_failed');
      })
      .finally(() => this.renewing.delete(id));
  }
}

function toIdentity({ id, expiresAt }: BrowserSession, { identity }: KnownKey): Identity {
  return { ...identity, session: { id, kind: 'browser', actor: null, expiresAt } };
}

/** A session does not outlive its key. */
function asEnded(error: unknown): never {
  if (!(error instanceof Unauthenticated)) throw error;
  throw new SessionEnded('This session has ended, because its API key is no longer valid. Sign in with another key.');
}
