import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { deliveryUuid, eventUuidOf, retryOrdinal, type Uuid } from '../shared/ids/uuid.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Random } from '../shared/time/random.js';
import { SubscriptionsService } from '../subscriptions/index.js';
import { DeliveryCommandRepository } from './delivery-command.repository.js';
import { DeliveryHistory } from './delivery-history.js';
import { DeliveryWakeUps } from './delivery-wake-ups.js';
import { DeliveryFinished, DeliveryUnfinished, SubscriptionGone } from './delivery.errors.js';
import type { DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';

/** Draws of a retry's ordinal before it gives up; half a million are free for each event. */
const DRAWS = 5;

/** What clients may do to deliveries. */
@Injectable()
export class DeliveryService implements OnModuleInit {
  constructor(
    private readonly commands: DeliveryCommandRepository,
    private readonly history: DeliveryHistory,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly subscriptions: SubscriptionsService,
    private readonly random: Random,
    private readonly metrics: Metrics,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.subscriptions.onRemoval(async (tx, subscriptionId) => {
      const cancelled = await this.commands.cancelAllOf(tx, subscriptionId);
      this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' }, cancelled);
    });
  }

  /**
   * Delivers an event of a finished delivery again.
   *
   * @returns the new delivery
   * @throws DeliveryNotFound; DeliveryUnfinished; SubscriptionGone when there is nobody to deliver to any more
   */
  async retry(tenantId: string, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    const former = await this.history.get(tenantId, id);
    if (former.finished_at === null) throw new DeliveryUnfinished(former.id);
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const newId = deliveryUuid(eventUuidOf(id), retryOrdinal(this.random.next()));
      const subscriptionId = await this.commands.openRetry(tenantId, id, newId, this.settings.visibilityTimeout);
      if (subscriptionId === null) continue;
      this.metrics.deliveriesCreated.inc();
      this.wakeUps.add([{ id: newId, subscriptionId, attemptCount: 0 }]);
      return this.history.get(tenantId, newId);
    }
    throw new SubscriptionGone(former.id);
  }

  /**
   * Ends an unfinished delivery. An attempt that is under way is not called back; its outcome is kept, and changes nothing.
   *
   * @throws DeliveryNotFound; DeliveryFinished
   */
  async cancel(tenantId: string, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    const isCancelled = await this.commands.cancel(tenantId, id);
    const delivery = await this.history.get(tenantId, id);
    if (!isCancelled) throw new DeliveryFinished(toPublicId('dlv', id));
    this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' });
    return delivery;
  }
}
