import { Injectable } from '@nestjs/common';
import { isWithin, type Within } from '../../access/index.js';
import { Settings } from '../../shared/config/settings.js';
import { Clock } from '../../shared/time/clock.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { DeliveryCircumstancesRepository } from '../storage/delivery-circumstances.repository.js';
import { DeliveryHistoryRepository } from '../storage/delivery-history.repository.js';
import { DeliveryNotFound } from './delivery.errors.js';
import { toAttemptAnswer, toDeliveryAnswer, toSummary } from './delivery.mapping.js';
import type { DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';

/** Reads a delivery with its attempts for the API. */
@Injectable()
export class DeliveryHistory {
  constructor(
    private readonly repository: DeliveryHistoryRepository,
    private readonly circumstances: DeliveryCircumstancesRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /**
   * @param within the only subscriptions whose deliveries may be seen; null for all of the tenant
   * @throws DeliveryNotFound
   */
  async get(tenantId: string, id: Uuid, within: Within = null): Promise<DeliveryWithAttemptsAnswer> {
    const row = await this.repository.findById(tenantId, id);
    if (row === null || !isWithin(within, row.subscription_id)) throw new DeliveryNotFound(toPublicId('dlv', id));
    const attempts = await this.repository.listAttempts(tenantId, id);
    const circumstances = (await this.circumstances.list(tenantId, [row])).get(id) ?? null;
    const delivery = toDeliveryAnswer(row, this.settings);
    return {
      ...delivery,
      summary: toSummary(row, delivery, { circumstances, attempts, nowMs: this.clock.nowMs() }),
      attempts: attempts.map((attempt) => toAttemptAnswer(attempt, delivery, circumstances)),
    };
  }
}
