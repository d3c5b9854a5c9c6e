import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditTrail, type Caller, TenantsService, type Within } from '../access/index.js';
import { Settings } from '../shared/config/settings.js';
import type { Tx } from '../shared/database/transaction.js';
import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { decodeCursor, type Page, toPage } from '../shared/http/page.js';
import { refuseReadOnly, refuseReadOnlyChanges } from '../shared/http/read-only.js';
import { withWarnings } from '../shared/http/warning.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../shared/ids/uuid.js';
import { Clock } from '../shared/time/clock.js';
import { effectivePolicy, keepingDefaults, policyFaults } from './domain/delivery-policy.js';
import { givenEventTypes } from './domain/given-event-types.js';
import type { Held } from './domain/revival.js';
import type { SealedSecret } from './domain/sealed.js';
import { SUBSCRIPTION_STATE } from './domain/subscription-state.js';
import type {
  ChangedSubscriptionAnswer,
  CreatedSubscriptionAnswer,
  SubscriptionAnswer,
} from './dto/subscription-answer.js';
import type { SubscriptionInput, SubscriptionPatch } from './dto/subscription-input.js';
import type { SubscriptionQuery } from './dto/subscription-query.js';
import { rotated } from './secret-rotation.js';
import { secretWarnings } from './secret-warnings.js';
import { strayCredentials } from './stray-credentials.js';
import { SubscriptionCache } from './subscription-cache.js';
import {
  hasPolicyFault,
  headerFaults,
  newStateFaults,
  otherSchemeFaults,
  passingFieldsOf,
  withoutSameState,
} from './subscription-faults.js';
import type { CheckedInput } from './subscription-check.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionLimitReached, SubscriptionNotFound, TooManyDeleted } from './subscription.errors.js';
import { settlingMsOf } from './settling.js';
import { changesOf, disabledSince, fieldsOf, toAnswer, toRevival } from './subscription.mapping.js';
import { newSecret } from './new-secret.js';
import { type Sealed, SubscriptionVault } from './subscription-vault.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Work of another module in the transaction that deletes a subscription. */
export type RemovalStep = (tx: Tx, tenantId: string, subscriptionId: Uuid) => Promise<AfterRemoval>;
/** Called when the subscription is deleted, after the commit. */
type AfterRemoval = () => void;

/** Counts the deliveries that wait for a subscription, in the transaction that revives it. */
export type HeldCount = (tx: Tx, tenantId: string, subscriptionId: Uuid) => Promise<Held>;

/** A tenant may have as many deleted subscriptions as its subscription limit, but at least this many. */
const MIN_DELETED_LIMIT = 1000;

const NOTHING_SEALED: Sealed = { secrets: [], headers: {}, shownHeaders: [], auth: null };

@Injectable()
export class SubscriptionsService implements OnModuleInit {
  private readonly removalSteps: RemovalStep[] = [];
  private heldCount: HeldCount = () => Promise.resolve({ count: 0, hasMore: false });

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
  async create(
    caller: Caller,
    { dto, faults, readOnly }: CheckedInput<SubscriptionInput>,
  ): Promise<CreatedSubscriptionAnswer> {
    const { tenantId } = caller;
    const now = this.clock.now();
    const id = newUuid(now.getTime());
    const secret = newSecret(dto);
    const found = [...faults, ...refuseReadOnly(readOnly), ...newStateFaults(dto)];
    const { types, faults: typeFaults } = givenEventTypes(dto, null);
    const subscription: SubscriptionEntity = {
      ...{ id, tenantId, targetUrl: '', eventTypes: types ?? [], state: SUBSCRIPTION_STATE.active },
      ...fieldsOf(dto),
      ...NOTHING_SEALED,
      ...this.sealed(id, dto, NOTHING_SEALED, found),
      secrets: [this.vault.sealSecret(id, secret)],
      ...{ disabledReason: null, disabledAt: null, createdAt: now, updatedAt: now, deletedAt: null },
    };
    found.push(...typeFaults, ...headerFaults(subscription));
    if (found.length > 0) throw new InvalidInput(found);
    await this.audit.change(caller, async (tx, record) => {
      const limit = await this.tenants.lockSubscriptionLimit(tx, tenantId);
      if ((await this.repository.count(tx, tenantId)) >= limit) throw new SubscriptionLimitReached(limit);
      const deletedLimit = Math.max(limit, MIN_DELETED_LIMIT);
      if ((await this.repository.countDeleted(tx, tenantId)) >= deletedLimit) throw new TooManyDeleted(deletedLimit);
      await this.repository.insert(tx, subscription);
      await record({ action: 'subscription.created', target: toPublicId('sub', id), changed: Object.keys(dto) }); // prettier-ignore
    });
    await this.cache.invalidate(tenantId);
    return { ...this.answer(subscription), secret, ...withWarnings(secretWarnings(dto.secret)) };
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

  /** @param within the only subscriptions that may be seen; null for all of the tenant */
  async list(tenantId: string, query: SubscriptionQuery, within: Within = null): Promise<Page<SubscriptionAnswer>> {
    const rows = await this.repository.list(tenantId, {
      limit: query.limit,
      after: query.cursor === undefined ? null : decodeCursor(query.cursor),
      eventType: query.event_type ?? null,
      state: query.state ?? null,
      search: query.search ?? null,
      within,
    });
    return toPage(rows, query.limit, (row) => this.answer(row));
  }

  /**
   * Replaces all fields that a client may set, but keeps the secret and the state if they are omitted.
   *
   * @throws SubscriptionNotFound; InvalidInput; TooManySecrets
   */
  replace(caller: Caller, id: Uuid, input: CheckedInput<SubscriptionInput>): Promise<ChangedSubscriptionAnswer> {
    const given = { headers: {}, shown_headers: [], auth: null, ...input.dto };
    return this.change(caller, id, { ...input, dto: given }, fieldsOf);
  }

  /**
   * Changes the given fields.
   *
   * @throws SubscriptionNotFound; InvalidInput, also if they conflict with the stored fields; TooManySecrets
   */
  patch(caller: Caller, id: Uuid, input: CheckedInput<SubscriptionPatch>): Promise<ChangedSubscriptionAnswer> {
    return this.change(caller, id, input, changesOf);
  }

  /** Deletes a subscription. Secrets are erased at once; the row stays for the history. @throws SubscriptionNotFound */
  async remove(caller: Caller, id: Uuid): Promise<void> {
    const { tenantId } = caller;
    const now = this.clock.now();
    const followUps = await this.audit.change(caller, async (tx, record) => {
      await this.lock(tx, tenantId, id);
      const deleted = { state: SUBSCRIPTION_STATE.deleted, deletedAt: now, updatedAt: now, ...NOTHING_SEALED };
      await this.repository.update(tx, { tenantId, id }, deleted);
      const afterwards: AfterRemoval[] = [];
      for (const step of this.removalSteps) afterwards.push(await step(tx, tenantId, id));
      await record({ action: 'subscription.deleted', target: toPublicId('sub', id) });
      return afterwards;
    });
    for (const followUp of followUps) followUp();
    await this.cache.invalidate(tenantId);
  }

  /** Registers a step of the transaction that deletes a subscription, for rows that other modules own. */
  onRemoval(step: RemovalStep): void {
    this.removalSteps.push(step);
  }

  /** Registers how to count the deliveries that wait for a subscription. They belong to another module. */
  onRevival(count: HeldCount): void {
    this.heldCount = count;
  }

  private async change(
    caller: Caller,
    id: Uuid,
    { dto, faults: ownFaults, readOnly }: CheckedInput<SubscriptionPatch>,
    fields: (given: SubscriptionPatch) => Partial<SubscriptionEntity>,
  ): Promise<ChangedSubscriptionAnswer> {
    const { tenantId } = caller;
    const { changed, revival } = await this.audit.change(caller, async (tx, record) => {
      const stored = await this.lock(tx, tenantId, id);
      const found = { ...stored, headers: this.vault.hideHeaders(id, stored) };
      const faults = [
        ...ownFaults,
        ...refuseReadOnlyChanges(readOnly, { ...this.answer(stored), ...passingFieldsOf(readOnly) }),
      ];
      const given = withoutSameState(dto, found, faults);
      faults.push(...otherSchemeFaults(given, found));
      const { types, faults: typeFaults } = givenEventTypes(given, found.eventTypes);
      const revived = given.state === undefined ? {} : { disabledReason: null, disabledAt: null };
      const all = {
        ...keepingDefaults(fields(given), found, this.settings),
        ...(types !== undefined && { eventTypes: types }),
        ...revived,
        ...this.sealed(id, given, found, faults),
        updatedAt: this.clock.now(),
      };
      const merged = { ...found, ...all };
      faults.push(
        ...typeFaults,
        ...(hasPolicyFault(faults)
          ? []
          : policyFaults(effectivePolicy(merged, this.settings), this.settings.retentionDays)),
        ...headerFaults(merged),
        ...strayCredentials(found, merged),
      );
      if (faults.length > 0) throw new InvalidInput(faults);
      const secrets = this.nextSecrets(id, given, found);
      await this.repository.update(tx, { tenantId, id }, { ...all, secrets });
      await record({ action: 'subscription.changed', target: toPublicId('sub', id), changed: Object.keys(given) }); // prettier-ignore
      return { changed: { ...merged, secrets: [...secrets] }, revival: await this.revivalOf(tx, stored, given) };
    });
    await this.cache.invalidate(tenantId);
    return { ...this.answer(changed), ...withWarnings(secretWarnings(dto.secret)), ...revival };
  }

  /** What a disabled subscription missed, if it is revived. */
  private async revivalOf(
    tx: Tx,
    stored: SubscriptionEntity,
    { state }: SubscriptionPatch,
  ): Promise<Pick<ChangedSubscriptionAnswer, 'revival'>> {
    const disabledAt = disabledSince(stored);
    if (disabledAt === null || state === undefined) return {};
    const held = await this.heldCount(tx, stored.tenantId, stored.id);
    const revived = { disabledReason: stored.disabledReason, disabledAtMs: disabledAt.getTime(), held };
    const time = { nowMs: this.clock.nowMs(), settlingMs: settlingMsOf(this.settings) };
    return { revival: toRevival(stored.id, { ...revived, isActive: state === 'active' }, time) };
  }

  /** A given secret rotates: the present ones go on signing, so that the receiver has time to switch. */
  private nextSecrets(id: Uuid, { secret }: SubscriptionPatch, { secrets }: Sealed): readonly SealedSecret[] {
    return secret === undefined ? secrets : rotated(this.vault, id, secrets, { secret, nowMs: this.clock.nowMs() });
  }

  private async lock(tx: Tx, tenantId: string, id: Uuid): Promise<SubscriptionEntity> {
    const found = await this.repository.lockById(tx, tenantId, id);
    if (found === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return found;
  }

  /** Encrypts headers and credentials, if given. @param faults gets those of values that cannot be kept or shown */
  private sealed(id: Uuid, given: SubscriptionPatch, previous: Sealed, faults: Fault[]): Partial<Sealed> {
    const { headers, shown_headers: shownHeaders, auth } = given;
    const changesHeaders = headers !== undefined || shownHeaders !== undefined;
    return {
      ...(changesHeaders && this.vault.sealHeaders(id, { headers, shownHeaders }, previous, faults)),
      ...(auth !== undefined && { auth: auth && this.vault.sealAuth(id, auth, previous.auth, faults) }),
    };
  }

  private answer(subscription: SubscriptionEntity): SubscriptionAnswer {
    return toAnswer(subscription, effectivePolicy(subscription, this.settings));
  }
}
