import { Injectable } from '@nestjs/common';
import { AuditTrail, type Caller } from '../../access/index.js';
import { Settings } from '../../shared/config/settings.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import { deliveryUuid, eventUuidOf, retryOrdinal, type Uuid } from '../../shared/ids/uuid.js';
import { Random } from '../../shared/time/random.js';
import { DeliveryCommandRepository } from '../storage/delivery-command.repository.js';
import { DeliveryReport, type ReportedDelivery } from '../report/delivery-report.js';
import { DeliveryHistory } from './delivery-history.js';
import { DeliveryWakeUps } from '../queue/delivery-wake-ups.js';
import { DeliveryFinished, DeliveryUnfinished, SubscriptionGone } from './delivery.errors.js';
import type { DeliveryAnswer, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';

/** Maximum tries to draw an unused ordinal for a retry. Each event has half a million. */
const DRAWS = 5;

/** Retries and cancels deliveries for the API. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly commands: DeliveryCommandRepository,
    private readonly history: DeliveryHistory,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly audit: AuditTrail,
    private readonly random: Random,
    private readonly report: DeliveryReport,
    private readonly settings: Settings,
  ) {}

  /**
   * Delivers the event of a finished delivery again.
   *
   * @param terms `isNewMessage`: with another `webhook-id`
   * @returns the new delivery
   * @throws DeliveryNotFound; DeliveryUnfinished; SubscriptionGone if the subscription has been deleted
   */
  async retry(
    caller: Caller,
    id: Uuid,
    terms: { readonly isNewMessage: boolean },
  ): Promise<DeliveryWithAttemptsAnswer> {
    const { tenantId } = caller;
    const former = await this.history.get(tenantId, id, caller.within);
    if (former.finished_at === null) throw new DeliveryUnfinished(former.id);
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const newId = deliveryUuid(eventUuidOf(id), retryOrdinal(this.random.next()));
      const subscriptionId = await this.openRetry(caller, { id, newId, ...terms });
      if (subscriptionId === null) continue;
      this.report.retried({ id: newId, subscriptionId, tenantId, ...shownOf(former) }, former.id);
      this.wakeUps.add([{ id: newId, subscriptionId, attemptCount: 0, tenantId }]);
      return this.history.get(tenantId, newId);
    }
    throw new SubscriptionGone(former.id);
  }

  /**
   * Cancels an unfinished delivery. Does not stop an attempt that is in progress; its outcome is recorded, but does not
   * change the delivery.
   *
   * @throws DeliveryNotFound; DeliveryFinished
   */
  async cancel(caller: Caller, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    const { tenantId, within } = caller;
    // Before the change: what the caller may not see does not exist.
    if (within !== null) await this.history.get(tenantId, id, within);
    const isCancelled = await this.audit.change(caller, async (tx, record) => {
      if (!(await this.commands.cancel(tx, tenantId, id))) return false;
      await record({ action: 'delivery.cancelled', target: toPublicId('dlv', id) });
      return true;
    });
    const delivery = await this.history.get(tenantId, id);
    if (!isCancelled) throw new DeliveryFinished(toPublicId('dlv', id));
    const { uuid: subscriptionId } = parsePublicId(delivery.subscription_id, 'sub');
    this.report.cancelledByClient({ id, subscriptionId, tenantId, ...shownOf(delivery) });
    return delivery;
  }

  private openRetry(
    caller: Caller,
    { id, ...terms }: { readonly id: Uuid; readonly newId: Uuid; readonly isNewMessage: boolean },
  ): Promise<Uuid | null> {
    const retry = { id, ...terms, visibilitySeconds: this.settings.visibilityTimeout };
    return this.audit.change(caller, async (tx, record) => {
      const subscriptionId = await this.commands.openRetry(tx, caller.tenantId, retry);
      if (subscriptionId !== null) {
        await record({ action: 'delivery.retried', target: toPublicId('dlv', id) });
      }
      return subscriptionId;
    });
  }
}

/** What a report shows of a delivery besides its ids. */
function shownOf({ event_type: eventType, tags, target_url: targetUrl }: DeliveryAnswer): Partial<ReportedDelivery> {
  return { eventType, tags, targetUrl };
}
