import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Fault, InvalidInput } from '../../shared/errors/domain-error.js';
import { decodeCursor, type Page, toPage } from '../../shared/http/page.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import { Clock } from '../../shared/time/clock.js';
import { OtherTenant, TenantNotFound } from '../access.errors.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Caller } from '../caller.js';
import { isSameHash } from '../domain/api-key.js';
import { parseSessionToken, sessionTokenFrom } from '../domain/session-token.js';
import {
  DEFAULT_SECONDS,
  type ExchangedPortalSessionAnswer,
  type PortalSessionAnswer,
  type PortalSessionInput,
  type PortalSessionQuery,
} from '../dto/portal-sessions.js';
import { TenantsRepository } from '../tenants/tenants.repository.js';
import { TenantsService } from '../tenants/tenants.service.js';
import {
  PortalCodeExpired,
  PortalCodeUnknown,
  PortalCodeUsed,
  PortalSessionNotFound,
  TooManyPortalSessions,
} from './portal.errors.js';
import { portalIdentity, PortalRing } from './portal-ring.js';
import type { PortalSession } from './portal-session.js';
import { PortalSessionsRepository } from './portal-sessions.repository.js';

/** Seconds within which a browser must follow the link of a new session. */
export const CODE_SECONDS = 60;

/** Returns those of the subscriptions that the tenant does not have. */
export type UnknownSubscriptions = (tenantId: string, ids: readonly Uuid[]) => Promise<readonly Uuid[]>;

/** Where an exchange comes from. */
interface Sender {
  readonly address: string;
  readonly requestId: string;
}

/** Sessions through which a tenant's customer uses the portal. */
@Injectable()
export class PortalSessionsService implements OnModuleInit {
  private unknownSubscriptions: UnknownSubscriptions = () => Promise.resolve([]);

  constructor(
    private readonly repository: PortalSessionsRepository,
    private readonly ring: PortalRing,
    private readonly tenantRows: TenantsRepository,
    private readonly tenants: TenantsService,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // They keep nobody from deleting the tenant, and go with it.
    this.tenants.onRemoval(async (tx, tenantId) => {
      await this.repository.removeOf(tx, tenantId);
      return null;
    });
  }

  /** Registers how to find out which subscriptions there are, for the module that knows them. */
  findUnknownWith(unknownSubscriptions: UnknownSubscriptions): void {
    this.unknownSubscriptions = unknownSubscriptions;
  }

  /**
   * Makes a session that begins when its code is exchanged.
   *
   * @throws InvalidInput; OtherTenant; TenantNotFound; TooManyPortalSessions
   */
  async create(caller: Caller, input: PortalSessionInput): Promise<{ session: PortalSession; code: string }> {
    const tenantId = tenantOf(caller, input);
    const createdAt = this.clock.now();
    const id = newUuid(createdAt.getTime());
    const { token: code, secretHash } = sessionTokenFrom('whc', toPublicId('pse', id), randomBytes(32));
    const session: PortalSession = {
      id,
      tenantId,
      capabilities: input.capabilities,
      subscriptionIds: input.subscription_ids?.map((each) => parsePublicId(each, 'sub').uuid) ?? null,
      actor: input.actor ?? null,
      returnUrl: input.return_url,
      refreshUrl: input.refresh_url ?? null,
      theme: input.theme ?? null,
      codeHash: secretHash,
      codeExpiresAt: new Date(createdAt.getTime() + CODE_SECONDS * 1000),
      tokenHash: null,
      exchangedAt: null,
      createdAt,
      createdBy: caller.identity.keyId,
      expiresAt: new Date(createdAt.getTime() + (input.expires_in ?? DEFAULT_SECONDS) * 1000),
    };
    const faults = await this.subscriptionFaults(session);
    if (faults.length > 0) throw new InvalidInput(faults);
    await this.audit.change(caller, async (tx, record) => {
      // The lock makes concurrent transactions count and insert one at a time, and keeps the tenant from being deleted.
      if ((await this.tenantRows.lock(tx, tenantId)) === null) throw new TenantNotFound(tenantId);
      const count = await this.repository.count(tx, tenantId, createdAt);
      if (count >= LIMITS.portalSessions) throw new TooManyPortalSessions(LIMITS.portalSessions);
      await this.repository.insert(tx, session);
      await record({ action: 'portal_session.created', target: toPublicId('pse', id), changed: Object.keys(input), tenantId }); // prettier-ignore
    });
    return { session, code };
  }

  /**
   * Exchanges a code for the token of its session, once.
   *
   * @throws PortalCodeUnknown; PortalCodeUsed; PortalCodeExpired
   */
  async exchange(code: string, { address, requestId }: Sender): Promise<ExchangedPortalSessionAnswer> {
    const parsed = parseSessionToken('whc', code);
    const [found] = parsed === null ? [] : await this.repository.findMany([parsePublicId(parsed.id, 'pse').uuid]);
    if (parsed === null || !found || !isSameHash(found.codeHash, parsed.secretHash)) throw new PortalCodeUnknown();
    if (found.exchangedAt !== null) throw new PortalCodeUsed();
    const { id, tenantId } = found;
    const { token, secretHash } = sessionTokenFrom('whp', toPublicId('pse', id), randomBytes(32));
    const caller = new Caller(portalIdentity(found), tenantId, tenantId, address, requestId);
    await this.audit.change(caller, async (tx, record) => {
      const now = this.clock.now();
      if (found.codeExpiresAt <= now) throw new PortalCodeExpired(CODE_SECONDS);
      if (!(await this.repository.exchange(tx, id, secretHash, now))) throw new PortalCodeUsed();
      await record({ action: 'portal_session.exchanged', target: toPublicId('pse', id) });
    });
    this.ring.forget(id);
    return { ...toTerms(found), token };
  }

  /** Lists live sessions, newest first. @throws MalformedCursor */
  async list({ administered }: Caller, { limit, cursor }: PortalSessionQuery): Promise<Page<PortalSessionAnswer>> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    return toPage(await this.repository.list(administered, this.clock.now(), limit, after), limit, toAnswer);
  }

  /** Ends a session, even one whose code was not used yet. @throws PortalSessionNotFound */
  async revoke(caller: Caller, id: Uuid): Promise<void> {
    await this.audit.change(caller, async (tx, record) => {
      const tenantId = await this.repository.remove(tx, caller.administered, id);
      if (tenantId === null) throw new PortalSessionNotFound(toPublicId('pse', id));
      await record({ action: 'portal_session.revoked', target: toPublicId('pse', id), tenantId });
    });
    this.ring.forget(id);
  }

  /** Ends all sessions of a tenant. @throws InvalidInput if the request names no tenant */
  async revokeAll(caller: Caller): Promise<void> {
    const tenantId = caller.administered;
    if (tenantId === null) {
      throw new InvalidInput([{ pointer: 'tenant_id', detail: 'is required; it names the tenant whose sessions end' }]);
    }
    const ended = await this.audit.change(caller, async (tx, record) => {
      const ids = await this.repository.removeOf(tx, tenantId);
      await record({ action: 'portal_session.all_revoked', target: tenantId, tenantId });
      return ids;
    });
    for (const id of ended) this.ring.forget(id);
  }

  private async subscriptionFaults({ tenantId, subscriptionIds }: PortalSession): Promise<Fault[]> {
    if (subscriptionIds === null) return [];
    const unknown = await this.unknownSubscriptions(tenantId, subscriptionIds);
    return unknown.map((id) => ({
      pointer: `/subscription_ids/${subscriptionIds.indexOf(id)}`,
      detail: `is no subscription of tenant ${tenantId}`,
    }));
  }
}

/** @throws OtherTenant; InvalidInput if nothing says which tenant it is */
function tenantOf({ administered }: Caller, { tenant_id: given }: PortalSessionInput): string {
  if (administered !== null && given !== undefined && given !== administered) throw new OtherTenant(administered);
  const tenantId = given ?? administered;
  if (tenantId !== null) return tenantId;
  throw new InvalidInput([{ pointer: '/tenant_id', detail: 'is required, because your key covers all tenants' }]);
}

function toTerms(session: PortalSession): Omit<ExchangedPortalSessionAnswer, 'token'> {
  return {
    id: toPublicId('pse', session.id),
    tenant_id: session.tenantId,
    capabilities: session.capabilities,
    subscription_ids: session.subscriptionIds?.map((id) => toPublicId('sub', id)) ?? null,
    return_url: session.returnUrl,
    refresh_url: session.refreshUrl,
    theme: session.theme,
    expires_at: session.expiresAt.toISOString(),
  };
}

function toAnswer(session: PortalSession): PortalSessionAnswer {
  return {
    ...toTerms(session),
    actor: session.actor,
    created_at: session.createdAt.toISOString(),
    created_by: session.createdBy && toPublicId('key', session.createdBy),
    exchanged_at: session.exchangedAt?.toISOString() ?? null,
  };
}
