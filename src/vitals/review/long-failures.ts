import { Injectable } from '@nestjs/common';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Tx } from '../../shared/database/transaction.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { SubscriptionDisabling } from '../../subscriptions/index.js';
import { type FailingSubscription, ReviewRepository } from './review.repository.js';

/** Time until a subscription is looked at again if the history did not answer. */
const PAUSE_MS = 3_600_000;

/**
 * Disables subscriptions after a long failure. Sums may lack a success whose result came late, or while the clock was
 * wrong, so the history itself has the last word.
 */
@Injectable()
export class LongFailures {
  /** When subscriptions may be looked at again whose history did not answer. */
  private readonly pausedUntilMs = new Map<Uuid, number>();

  constructor(
    private readonly disabling: SubscriptionDisabling,
    private readonly repository: ReviewRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Never throws: a later review finds the subscription again. */
  async end(subscription: FailingSubscription): Promise<void> {
    const { id, tenantId, failing, updatedAt } = subscription;
    if (this.clock.monotonicMs() < (this.pausedUntilMs.get(id) ?? -Infinity)) return;
    this.pausedUntilMs.delete(id);
    try {
      if (await this.repository.hasSucceeded(subscription)) {
        await this.repository.forget(subscription);
        return;
      }
      const { sinceMs: failingSinceMs, failures: consecutiveFailures } = failing;
      const failure = { failingSinceMs, consecutiveFailures, updatedAt };
      // The next review may come after the revival, and would disable it at once for the failures of before.
      const restartCount = (tx: Tx): Promise<void> => this.repository.restartCount(tx, subscription);
      await this.disabling.disableFailing(tenantId, id, { failure, alongside: restartCount });
    } catch (error) {
      this.pausedUntilMs.set(id, this.clock.monotonicMs() + PAUSE_MS);
      this.logger.warn({ err: error, subscription_id: toPublicId('sub', id) }, 'subscription.not_disabled');
    }
  }
}
