import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../access/index.js';
import { Announcements } from '../announcements/index.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Tx } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics, startAtZero } from '../shared/metrics/metrics.js';
import { DISABLED_REASONS, type DisabledReason, type SubscriptionState } from './domain/subscription-state.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** The failures for which a subscription is disabled. */
export interface LongFailure {
  /** Milliseconds since the Unix epoch. */
  readonly failingSinceMs: number;
  readonly consecutiveFailures: number;
  /** When the subscription that failed was last changed, as PostgreSQL writes it. */
  readonly updatedAt: string;
}

/** A paused subscription gets nothing, so its failures are those of an earlier time. */
const DISABLED_FROM: Readonly<Record<DisabledReason, readonly SubscriptionState[]>> = {
  gone: ['active', 'paused'],
  failing: ['active'],
};

/** Disables subscriptions, at the request of their receivers or after a long failure. */
@Injectable()
export class SubscriptionDisabling {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly audit: AuditTrail,
    private readonly announcements: Announcements,
    private readonly cache: SubscriptionCache,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.subscriptionsDisabled, 'reason', DISABLED_REASONS);
  }

  /** Disables an active or paused subscription whose receiver answered 410. */
  async disableGone(tenantId: string, id: Uuid): Promise<void> {
    await this.disable(tenantId, id, 'gone');
  }

  /**
   * Disables an active subscription.
   *
   * @param alongside is done in the same transaction
   * @returns false if it was not active, or has been changed
   */
  async disableFailing(
    tenantId: string,
    id: Uuid,
    { failure, alongside }: { readonly failure: LongFailure; readonly alongside: (tx: Tx) => Promise<void> },
  ): Promise<boolean> {
    return this.disable(tenantId, id, 'failing', { failure, alongside });
  }

  private async disable(
    tenantId: string,
    id: Uuid,
    reason: DisabledReason,
    { failure, alongside }: { failure?: LongFailure; alongside?: (tx: Tx) => Promise<void> } = {},
  ): Promise<boolean> {
    const target = toPublicId('sub', id);
    const isDisabled = await this.audit.ownChange(tenantId, async (tx, record) => {
      const condition = { states: DISABLED_FROM[reason], updatedAt: failure?.updatedAt ?? null };
      if (!(await this.repository.disable(tx, { tenantId, id }, reason, condition))) return false;
      await alongside?.(tx);
      await record({ action: 'subscription.disabled', target, changed: ['state'] });
      const { failingSinceMs = null, consecutiveFailures = null } = failure ?? {};
      await this.announcements.announce(tx, {
        tenantId,
        type: 'webhooks.subscription.disabled',
        data: { subscriptionId: id, reason, failingSinceMs, consecutiveFailures },
      });
      return true;
    });
    if (!isDisabled) return false;
    this.metrics.subscriptionsDisabled.inc({ reason });
    this.logger.warn({ subscription_id: target, tenant_id: tenantId, reason }, 'subscription.disabled');
    await this.cache.invalidate(tenantId);
    return true;
  }
}
