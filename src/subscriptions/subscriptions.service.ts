import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { secretFrom } from '../shared/crypto/signing-key.js';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { type Tx, Transactions } from '../shared/database/transaction.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { decodeCursor, type Page, toPage } from '../shared/http/page.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../shared/ids/uuid.js';
import { Logger } from '../shared/logging/logger.js';
import { Clock } from '../shared/time/clock.js';
import { effectivePolicy, policyFaults } from './domain/delivery-policy.js';
import { type DisabledReason, stateNumber } from './domain/subscription-state.js';
import type { CreatedSubscriptionAnswer, SubscriptionAnswer } from './dto/subscription-answer.js';
import type { SubscriptionInput, SubscriptionPatch } from './dto/subscription-input.js';
import type { SubscriptionQuery } from './dto/subscription-query.js';
import type { PublishTarget } from './publish-target.js';
import { SubscriptionCache } from './subscription-cache.js';
import type { SealedSecret, SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionNotFound } from './subscription.errors.js';
import { changesOf, fieldsOf, toAnswer } from './subscription.mapping.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** What another module does in the transaction that deletes a subscription. */
export type RemovalStep = (tx: Tx, subscriptionId: Uuid) => Promise<void>;

@Injectable()
export class SubscriptionsService {
  private readonly removalSteps: RemovalStep[] = [];

  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly cache: SubscriptionCache,
    private readonly transactions: Transactions,
    private readonly secretBox: SecretBox,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  async create(tenantId: string, input: SubscriptionInput): Promise<CreatedSubscriptionAnswer> {
    const now = this.clock.now();
    const id = newUuid(now.getTime());
    const secret = input.secret ?? secretFrom(randomBytes(32));
    const subscription: SubscriptionEntity = {
      id,
      tenantId,
      ...fieldsOf(input),
      secrets: [this.seal(secret, id)],
      disabledReason: null,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    await this.repository.insert(subscription);
    await this.cache.invalidate(tenantId);
    return { ...this.answer(subscription), secret };
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

  /** Sets all that a client may set; the secret stays unless one is given. @throws SubscriptionNotFound */
  replace(tenantId: string, id: Uuid, input: SubscriptionInput): Promise<SubscriptionAnswer> {
    return this.change(tenantId, id, { ...fieldsOf(input), disabledReason: null }, input.secret);
  }

  /** Sets what is given. @throws SubscriptionNotFound; InvalidInput when it does not fit what is there */
  patch(tenantId: string, id: Uuid, patch: SubscriptionPatch): Promise<SubscriptionAnswer> {
    const revived = patch.state === undefined ? {} : { disabledReason: null };
    return this.change(tenantId, id, { ...changesOf(patch), ...revived }, patch.secret);
  }

  /** @throws SubscriptionNotFound */
  async remove(tenantId: string, id: Uuid): Promise<void> {
    const now = this.clock.now();
    await this.transactions.run(async (tx) => {
      const found = await this.repository.lockById(tx, tenantId, id);
      if (found === null) throw new SubscriptionNotFound(toPublicId('sub', id));
      await this.repository.update(tx, id, { state: stateNumber('deleted'), deletedAt: now, updatedAt: now });
      for (const step of this.removalSteps) await step(tx, id);
    });
    await this.cache.invalidate(tenantId);
  }

  /** Adds to what happens in the transaction that deletes a subscription: its deliveries belong to another module. */
  onRemoval(step: RemovalStep): void {
    this.removalSteps.push(step);
  }

  /** Takes a subscription out of service because its receiver asked for it. */
  async disable(id: Uuid, reason: DisabledReason): Promise<void> {
    const tenantId = await this.repository.disable(id, reason);
    if (tenantId === null) return;
    this.logger.warn({ subscription_id: toPublicId('sub', id), reason }, 'subscription.disabled');
    await this.cache.invalidate(tenantId);
  }

  /** For publishing; from the cache. @throws SubscriptionNotFound */
  async getTarget(tenantId: string, id: Uuid): Promise<PublishTarget> {
    const target = await this.cache.get(tenantId, id, () => this.repository.findTarget(tenantId, id));
    if (target === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return target;
  }

  /** Ids of the active and paused subscriptions that want an event type; from the cache. */
  listIdsWanting(tenantId: string, eventType: string): Promise<Uuid[]> {
    return this.cache.get(tenantId, `wanting:${eventType}`, () => this.repository.findIdsWanting(tenantId, eventType));
  }

  private async change(
    tenantId: string,
    id: Uuid,
    changes: Partial<SubscriptionEntity>,
    secret: string | undefined,
  ): Promise<SubscriptionAnswer> {
    const updatedAt = this.clock.now();
    const secrets = secret === undefined ? {} : { secrets: [this.seal(secret, id)] };
    const changed = await this.transactions.run(async (tx) => {
      const found = await this.repository.lockById(tx, tenantId, id);
      if (found === null) throw new SubscriptionNotFound(toPublicId('sub', id));
      const all = { ...changes, ...secrets, updatedAt };
      const merged = { ...found, ...all };
      const faults = policyFaults(effectivePolicy(merged, this.settings), this.settings.retentionDays);
      if (faults.length > 0) throw new InvalidInput(faults);
      await this.repository.update(tx, id, all);
      return merged;
    });
    await this.cache.invalidate(tenantId);
    return this.answer(changed);
  }

  private seal(secret: string, id: Uuid): SealedSecret {
    return { box: this.secretBox.seal(secret, id) };
  }

  private answer(subscription: SubscriptionEntity): SubscriptionAnswer {
    return toAnswer(subscription, effectivePolicy(subscription, this.settings));
  }
}
