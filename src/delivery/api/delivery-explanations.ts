import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import { DeliveryCircumstancesRepository, type Outcomes } from '../storage/delivery-circumstances.repository.js';
import { DeliveryHistoryRepository, type PartOfEvent } from '../storage/delivery-history.repository.js';
import { toDeliveryAnswer, toSummary } from './delivery.mapping.js';
import type { DeliveryAnswer } from './dto/delivery-answer.js';

/** A delivery with the sentence that says what became of it. */
export interface ExplainedDelivery {
  readonly id: Uuid;
  readonly delivery: DeliveryAnswer;
  readonly summary: string;
}

/** Explains the deliveries of events. */
@Injectable()
export class DeliveryExplanations {
  constructor(
    private readonly repository: DeliveryHistoryRepository,
    private readonly circumstances: DeliveryCircumstancesRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Lists deliveries of an event, newest first, and one more than the limit if more follow. */
  async list(tenantId: string, asked: PartOfEvent): Promise<ExplainedDelivery[]> {
    const rows = await this.repository.listOfEvent(tenantId, asked);
    if (rows.length === 0) return [];
    const all = await this.circumstances.list(tenantId, rows);
    const nowMs = this.clock.nowMs();
    return rows.map((row) => {
      const delivery = toDeliveryAnswer(row, this.settings);
      const circumstances = all.get(row.id) ?? null;
      return { id: row.id, delivery, summary: toSummary(row, delivery, { circumstances, attempts: [], nowMs }) };
    });
  }

  /**
   * Counts the deliveries of events by what became of them. Reads all of these deliveries: the caller bounds them.
   *
   * @param subscriptionIds only deliveries to these; null for all
   */
  outcomes(
    tenantId: string,
    eventIds: readonly Uuid[],
    subscriptionIds: readonly Uuid[] | null,
  ): Promise<ReadonlyMap<Uuid, Outcomes>> {
    return this.circumstances.outcomes(tenantId, eventIds, subscriptionIds);
  }

  /** Counts the deliveries of an event to these subscriptions. */
  async countTo(tenantId: string, eventId: Uuid, subscriptionIds: readonly Uuid[]): Promise<number> {
    const outcomes = (await this.outcomes(tenantId, [eventId], subscriptionIds)).get(eventId);
    return outcomes === undefined ? 0 : totalOf(outcomes);
  }

  /** Which of these subscriptions got a delivery of an event. */
  reached(tenantId: string, eventId: Uuid, subscriptionIds: readonly Uuid[]): Promise<Set<Uuid>> {
    return this.circumstances.reached(tenantId, eventId, subscriptionIds);
  }
}

/** All deliveries that were counted. */
export function totalOf({ delivered, failed, cancelled, unfinished }: Outcomes): number {
  return delivered + failed + cancelled + unfinished;
}
