import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditTrail, type Caller, TenantsService } from '../access/index.js';
import { Settings } from '../shared/config/settings.js';
import { schemeOf } from '../signing/index.js';
import type { Tx } from '../shared/database/transaction.js';
import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { decodeCursor, type Page, toPage } from '../shared/http/page.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../shared/ids/uuid.js';
import { Clock } from '../shared/time/clock.js';
import { effectivePolicy, policyFaults } from './domain/delivery-policy.js';
import { strayCredentials } from './domain/stray-credentials.js';
import { SUBSCRIPTION_STATE } from './domain/subscription-state.js';
import type { CreatedSubscriptionAnswer, SubscriptionAnswer } from './dto/subscription-answer.js';
import type { SubscriptionInput, SubscriptionPatch } from './dto/subscription-input.js';
import type { SubscriptionQuery } from './dto/subscription-query.js';
import { SubscriptionCache } from './subscription-cache.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionLimitReached, SubscriptionNotFound, TooManyDeleted } from './subscription.errors.js';
import { changesOf, fieldsOf, toAnswer } from './subscription.mapping.js';
import { newSecret } from './new-secret.js';
import { type Sealed, SubscriptionVault } from './subscription-vault.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Work of another module in the transaction that deletes a subscription. */
export type RemovalStep = (tx: Tx, tenantId: string, subscriptionId: Uuid) => Promise<void>;

/** A tenant may have as many deleted subscriptions as its subscription limit, but at least this many. */
const MIN_DELETED_LIMIT = 1000;

const NOTHING_SEALED: Sealed = { secrets: [], headers: {}, shownHeaders: [], auth: null };

@Injectable()
export class SubscriptionsService implements OnModuleInit {
  private readonly removalSteps: RemovalStep[] = [];

  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly cache: SubscriptionCache,
    private readonly vault: SubscriptionVault,
    private readonly tenants: TenantsService,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.tenants.onRemoval(async (tx, tenantId) => {
      return (await this.repository.count(tx, tenantId)) > 0 ? 'subscriptions' : null;
    });
  }

  /** @throws InvalidInput; SubscriptionLimitReached; TooManyDeleted */
  async create(caller: Caller, input: SubscriptionInput): Promise<CreatedSubscriptionAnswer> {
    const { tenantId } = caller;
    const now = this.clock.now();
    const id = newUuid(now.getTime());
    const secret = newSecret(input);
    const subscription: SubscriptionEntity = {
      id,
      tenantId,
      state: SUBSCRIPTION_STATE.active,
      ...fieldsOf(input),
      ...NOTHING_SEALED,
      ...this.sealed(id, { ...input, secret }, NOTHING_SEALED),
      disabledReason: null,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    const faults = headerFaults(subscription);
    if (faults.length > 0) throw new InvalidInput(faults);
    await this.audit.change(caller, async (tx, record) => {
      const limit = await this.tenants.lockSubscriptionLimit(tx, tenantId);
      if ((await this.repository.count(tx, tenantId)) >= limit) throw new SubscriptionLimitReached(limit);
      const deletedLimit = Math.max(limit, MIN_DELETED_LIMIT);
      if ((await this.repository.countDeleted(tx, tenantId)) >= deletedLimit) throw new TooManyDeleted(deletedLimit);
      await this.repository.insert(tx, subscription);
      await record({ action: 'subscription.created', target: toPublicId('sub', id), changed: Object.keys(input) }); // prettier-ignore
    });
    await this.cache.invalidate(tenantId);
    return { ...this.answer(subscription), secret };
  }

  /** Checks that the tenant has or had a subscription. @throws SubscriptionNotFound */
  async requireKnown(tenantId: string, id: Uuid): Promise<void> {
    if (!(await this.repository.isKnown(tenantId, id))) throw new SubscriptionNotFound(toPublicId('sub', id));
  }

  /** @throws SubscriptionNotFound */
  async get(tenantId: string, id: Uuid): Promise<SubscriptionAnswer> {
    const subscription = await this.repository.findById(tenantId, id);
    if (subscription === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return this.answer(subscription);
  }

  async list(tenantId: string, query: SubscriptionQuery): Promise<Page<SubscriptionAnswer>> {
    const rows = await this.repository.list(tenantId, {
      limit: query.limit,
      after: query.cursor === undefined ? null : decodeCursor(query.cursor),
      eventType: query.event_type ?? null,
      state: query.state ?? null,
    });
    return toPage(rows, query.limit, (row) => this.answer(row));
  }

  /**
   * Replaces all fields that a client may set, but keeps the secret and the state if they are omitted.
   *
   * @throws SubscriptionNotFound; InvalidInput
   */
  replace(caller: Caller, id: Uuid, input: SubscriptionInput): Promise<SubscriptionAnswer> {
    const given = { headers: {}, shown_headers: [], auth: null, ...input };
    return this.change(caller, id, fieldsOf(input), given);
  }

  /** Changes the given fields. @throws SubscriptionNotFound; InvalidInput if they conflict with the stored fields */
  patch(caller: Caller, id: Uuid, patch: SubscriptionPatch): Promise<SubscriptionAnswer> {
    return this.change(caller, id, changesOf(patch), patch);
  }

  /** Deletes a subscription. Secrets are erased at once; the row stays for the history. @throws SubscriptionNotFound */
  async remove(caller: Caller, id: Uuid): Promise<void> {
    const { tenantId } = caller;
    const now = this.clock.now();
    await this.audit.change(caller, async (tx, record) => {
      await this.lock(tx, tenantId, id);
      const deleted = { state: SUBSCRIPTION_STATE.deleted, deletedAt: now, updatedAt: now, ...NOTHING_SEALED };
      await this.repository.update(tx, { tenantId, id }, deleted);
      for (const step of this.removalSteps) await step(tx, tenantId, id);
      await record({ action: 'subscription.deleted', target: toPublicId('sub', id) });
    });
    await this.cache.invalidate(tenantId);
  }

  /** Registers a step of the transaction that deletes a subscription, for rows that other modules own. */
  onRemoval(step: RemovalStep): void {
    this.removalSteps.push(step);
  }

  private async change(
    caller: Caller,
    id: Uuid,
    changes: Partial<SubscriptionEntity>,
    given: SubscriptionPatch,
  ): Promise<SubscriptionAnswer> {
    const { tenantId } = caller;
    const changed = await this.audit.change(caller, async (tx, record) => {
      const stored = await this.lock(tx, tenantId, id);
      const found = { ...stored, headers: this.vault.hideHeaders(id, stored) };
      refuseOtherScheme(given, found);
      const revived = given.state === undefined ? {} : { disabledReason: null };
      const all = { ...changes, ...revived, ...this.sealed(id, given, found), updatedAt: this.clock.now() };
      const merged = { ...found, ...all };
      const faults = [
        ...policyFaults(effectivePolicy(merged, this.settings), this.settings.retentionDays),
        ...headerFaults(merged),
        ...strayCredentials(found, merged),
      ];
      if (faults.length > 0) throw new InvalidInput(faults);
      await this.repository.update(tx, { tenantId, id }, all);
      await record({ action: 'subscription.changed', target: toPublicId('sub', id), changed: Object.keys(given) }); // prettier-ignore
      return merged;
    });
    await this.cache.invalidate(tenantId);
    return this.answer(changed);
  }

  private async lock(tx: Tx, tenantId: string, id: Uuid): Promise<SubscriptionEntity> {
    const found = await this.repository.lockById(tx, tenantId, id);
    if (found === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return found;
  }

  /** Encrypts those of the given fields that are stored encrypted. */
  private sealed(id: Uuid, given: SubscriptionPatch, previous: Sealed): Partial<Sealed> {
    const { secret, headers, shown_headers: shownHeaders, auth } = given;
    const changesHeaders = headers !== undefined || shownHeaders !== undefined;
    return {
      ...(secret !== undefined && { secrets: [this.vault.sealSecret(id, secret)] }),
      ...(changesHeaders && this.vault.sealHeaders(id, { headers, shownHeaders }, previous)),
      ...(auth !== undefined && { auth: auth && this.vault.sealAuth(id, auth, previous.auth) }),
    };
  }

  private answer(subscription: SubscriptionEntity): SubscriptionAnswer {
    return toAnswer(subscription, effectivePolicy(subscription, this.settings));
  }
}

/** Refuses to change the signature scheme: the old and the new secret must overlap, which only rotation provides. */
function refuseOtherScheme({ secret, signature_scheme: scheme }: SubscriptionPatch, { secrets }: Sealed): void {
  const present = secret === undefined ? (secrets[0]?.scheme ?? 'v1') : schemeOf(secret);
  if (scheme === undefined || scheme === present) return;
  const detail = `must be ${present}, the scheme of the secret; change it with POST /subscriptions/{id}/rotate-secret`;
  throw new InvalidInput([{ pointer: '/signature_scheme', detail }]);
}

function headerFaults({ headers, auth }: Pick<Sealed, 'headers' | 'auth'>): Fault[] {
  const own = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (auth === null || own === undefined) return [];
  return [{ pointer: '/auth', detail: `cannot be combined with the header ${own}; set only one of them` }];
}
