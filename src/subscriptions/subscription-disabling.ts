import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../access/index.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics, startAtZero } from '../shared/metrics/metrics.js';
import { DISABLED_REASONS, type DisabledReason } from './domain/subscription-state.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Disables subscriptions at the request of their receivers. */
@Injectable()
export class SubscriptionDisabling {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly audit: AuditTrail,
    private readonly cache: SubscriptionCache,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.subscriptionsDisabled, 'reason', DISABLED_REASONS);
  }

  /** Disables an active or paused subscription. */
  async disable(tenantId: string, id: Uuid, reason: DisabledReason): Promise<void> {
    const target = toPublicId('sub', id);
    const isDisabled = await this.audit.ownChange(tenantId, async (tx, record) => {
      if (!(await this.repository.disable(tx, { tenantId, id }, reason))) return false;
      await record({ action: 'subscription.disabled', target, changed: ['state'] });
      return true;
    });
    if (!isDisabled) return;
    this.metrics.subscriptionsDisabled.inc({ reason });
    this.logger.warn({ subscription_id: target, tenant_id: tenantId, reason }, 'subscription.disabled');
    await this.cache.invalidate(tenantId);
  }
}
