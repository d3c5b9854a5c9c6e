import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, toPage } from '../../shared/http/page.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import { Clock } from '../../shared/time/clock.js';
import { Unauthenticated } from '../access.errors.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Caller, type Identity } from '../caller.js';
import { abilitiesOf } from '../domain/capability.js';
import { sessionTokenFrom } from '../domain/session-token.js';
import type { ListedSessionAnswer, SessionAnswer, SessionQuery, WayIn } from '../dto/sessions.js';
import { KeyRing } from '../keys/key-ring.js';
import { NoSession, SessionNotFound } from '../session.errors.js';
import { DEFAULT_TENANT } from '../tenants/default-tenant.js';
import type { BrowserSession } from './browser-session.js';
import { SessionRing } from './session-ring.js';
import { type ListedSession, SessionsRepository } from './sessions.repository.js';

/** Where a sign-in comes from. */
export interface SignIn {
  readonly address: string;
  readonly requestId: string;
  /** Session cookies that the browser already has. Their sessions end: a new one begins with each sign-in. */
  readonly cookies: readonly string[];
}

/** Sessions of browsers that showed an API key. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly ring: SessionRing,
    private readonly keyRing: KeyRing,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a session with an API key.
   *
   * @param authorization the Authorization header with the key
   * @returns the value of the cookie, which is stored as a hash only
   * @throws Unauthenticated
   */
  async begin(authorization: string | undefined, signIn: SignIn): Promise<{ token: string; answer: SessionAnswer }> {
    const { keyId, tenantId } = await this.keyRing.identify(authorization);
    if (keyId === null) throw new Unauthenticated('There is no API key.');
    const { key } = await this.keyRing.find(keyId);
    const createdAt = this.clock.now();
    const id = newUuid(createdAt.getTime());
    const { token, secretHash } = sessionTokenFrom('whs', toPublicId('ses', id), randomBytes(32));
    const expiresAt = this.ring.endOf(createdAt.getTime(), key.expiresAt);
    const { address } = signIn;
    const session: BrowserSession = { id, keyId, secretHash, address, createdAt, lastUsedAt: createdAt, expiresAt };
    const identity: Identity = { keyId, role: key.role, tenantId, session: { id, kind: 'browser', actor: null, expiresAt } }; // prettier-ignore
    const caller = new Caller(identity, tenantId ?? DEFAULT_TENANT, tenantId, address, signIn.requestId);
    const former = await this.formerOf(signIn.cookies);
    const ended = await this.audit.change(caller, async (tx, record) => {
      // The lock makes concurrent sign-ins count one at a time.
      if (!(await this.repository.lockKey(tx, keyId))) throw new Unauthenticated('This API key is unknown or revoked.');
      for (const each of former) await this.repository.remove(tx, null, each);
      const surplus = await this.repository.keepNewest(tx, keyId, LIMITS.sessionsOfKey - 1);
      await this.repository.insert(tx, session);
      await record({ action: 'session.created', target: toPublicId('ses', id), tenantId });
      return [...former, ...surplus];
    });
    for (const each of ended) this.ring.forget(each);
    return { token, answer: toAnswer(identity) };
  }

  /** Says who calls and what they may do. */
  describe({ identity }: Caller): SessionAnswer {
    return toAnswer(identity);
  }

  /** Ends the caller's own session. @throws NoSession */
  async end(caller: Caller): Promise<void> {
    const { session, tenantId } = caller.identity;
    if (session?.kind !== 'browser') throw new NoSession();
    await this.audit.change(caller, async (tx, record) => {
      const removed = await this.repository.remove(tx, null, session.id);
      if (removed) await record({ action: 'session.ended', target: toPublicId('ses', session.id), tenantId });
    });
    this.ring.forget(session.id);
  }

  /** Lists the sessions of the keys that the caller administers, newest first. @throws MalformedCursor */
  async list({ administered }: Caller, { limit, cursor }: SessionQuery): Promise<Page<ListedSessionAnswer>> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    return toPage(await this.repository.list(administered, this.clock.now(), limit, after), limit, toListedAnswer);
  }

  /** Ends another session. @throws SessionNotFound */
  async revoke(caller: Caller, id: Uuid): Promise<void> {
    await this.audit.change(caller, async (tx, record) => {
      const removed = await this.repository.remove(tx, caller.administered, id);
      if (removed === undefined) throw new SessionNotFound(toPublicId('ses', id));
      await record({ action: 'session.revoked', target: toPublicId('ses', id), tenantId: removed.tenantId });
    });
    this.ring.forget(id);
  }

  /** The sessions of cookies. Only a cookie that is the right one ends its session. */
  private async formerOf(cookies: readonly string[]): Promise<Uuid[]> {
    const found = cookies.slice(0, 1).map(async (cookie) => {
      try {
        return (await this.ring.identify(cookie, false)).session?.id;
      } catch {
        // There is nothing to end.
        return undefined;
      }
    });
    return (await Promise.all(found)).filter((id) => id !== undefined);
  }
}

function toAnswer(identity: Identity): SessionAnswer {
  const { keyId, role, tenantId, session, grant } = identity;
  return {
    access: wayIn(identity),
    id: session === undefined ? null : toPublicId(session.kind === 'portal' ? 'pse' : 'ses', session.id),
    role,
    tenant_id: tenantId,
    capabilities: role === null ? [...(grant?.capabilities ?? [])] : abilitiesOf(role),
    subscription_ids: grant?.subscriptionIds?.map((id) => toPublicId('sub', id)) ?? null,
    key_id: keyId === null ? null : toPublicId('key', keyId),
    expires_at: session?.expiresAt.toISOString() ?? null,
  };
}

function wayIn({ keyId, session }: Identity): WayIn {
  if (session !== undefined) return session.kind === 'portal' ? 'portal' : 'session';
  return keyId === null ? 'open' : 'key';
}

function toListedAnswer(session: ListedSession): ListedSessionAnswer {
  return {
    id: toPublicId('ses', session.id),
    role: session.role,
    tenant_id: session.tenantId,
    key_id: toPublicId('key', session.keyId),
    key_name: session.keyName,
    address: session.address,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}
