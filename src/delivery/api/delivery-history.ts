import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Clock } from '../../shared/time/clock.js';
import { type Page, toPage } from '../../shared/http/page.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { SubscriptionsService } from '../../subscriptions/index.js';
import { DeliveryCircumstancesRepository } from '../storage/delivery-circumstances.repository.js';
import { type DeliveryFilter, DeliveryHistoryRepository } from '../storage/delivery-history.repository.js';
import { DeliveryNotFound } from './delivery.errors.js';
import { toAttemptAnswer, toDeliveryAnswer, toSummary } from './delivery.mapping.js';
import type { DeliveryAnswer, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';

/** Reads deliveries and attempts for the API. */
@Injectable()
export class DeliveryHistory {
  constructor(
    private readonly repository: DeliveryHistoryRepository,
    private readonly circumstances: DeliveryCircumstancesRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** @throws DeliveryNotFound */
  async get(tenantId: string, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    const row = await this.repository.findById(tenantId, id);
    if (row === null) throw new DeliveryNotFound(toPublicId('dlv', id));
    const attempts = await this.repository.listAttempts(tenantId, id);
    const circumstances = (await this.circumstances.list(tenantId, [row])).get(id) ?? null;
    const delivery = toDeliveryAnswer(row, this.settings);
    return {
      ...delivery,
      summary: toSummary(row, delivery, { circumstances, attempts, nowMs: this.clock.nowMs() }),
      attempts: attempts.map((attempt) => toAttemptAnswer(attempt, delivery, circumstances)),
    };
  }

  async list(tenantId: string, filter: DeliveryFilter): Promise<Page<DeliveryAnswer>> {
    const rows = await this.repository.list(tenantId, filter);
    return toPage(rows, filter.limit, (row) => toDeliveryAnswer(row, this.settings));
  }

  /** Lists the deliveries of a subscription, even of a deleted one. @throws SubscriptionNotFound */
  async listOf(tenantId: string, subscriptionId: Uuid, filter: DeliveryFilter): Promise<Page<DeliveryAnswer>> {
    await this.subscriptions.requireKnown(tenantId, subscriptionId);
    return this.list(tenantId, { ...filter, subscriptionId });
  }
}
