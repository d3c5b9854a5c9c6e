import { Injectable } from '@nestjs/common';
import {
  type DeliveryAnswer,
  type DeliveryFilter,
  DeliveryHistory,
  type DeliveryWithAttemptsAnswer,
} from '../delivery/index.js';
import type { Page } from '../shared/http/page.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { type Uuid, uuidTimeMs } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { SubscriptionNotFound } from '../subscriptions/index.js';
import type { EventAnswer, EventStatusAnswer } from './dto/status-answers.js';
import { EventNotFound } from './status.errors.js';
import { type EventSummaryRow, type PayloadRow, StatusRepository } from './status.repository.js';

@Injectable()
export class StatusService {
  constructor(
    private readonly repository: StatusRepository,
    private readonly history: DeliveryHistory,
  ) {}

  /** @throws DeliveryNotFound */
  getDelivery(tenantId: string, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    return this.history.get(tenantId, id);
  }

  listDeliveries(tenantId: string, filter: DeliveryFilter): Promise<Page<DeliveryAnswer>> {
    return this.history.list(tenantId, filter);
  }

  /** The history of a subscription, a deleted one too. @throws SubscriptionNotFound */
  async listDeliveriesOf(
    tenantId: string,
    subscriptionId: Uuid,
    filter: DeliveryFilter,
  ): Promise<Page<DeliveryAnswer>> {
    if (!(await this.repository.hasSubscription(tenantId, subscriptionId))) {
      throw new SubscriptionNotFound(toPublicId('sub', subscriptionId));
    }
    return this.history.list(tenantId, { ...filter, subscriptionId });
  }

  /** @throws EventNotFound */
  async getEvent(tenantId: string, id: Uuid): Promise<EventAnswer> {
    const event = await this.repository.findEvent(tenantId, id);
    if (event === null) throw new EventNotFound(toPublicId('evt', id));
    return toEventAnswer(event);
  }

  /** @throws EventNotFound */
  async getEventStatus(tenantId: string, id: Uuid): Promise<EventStatusAnswer> {
    const event = await this.getEvent(tenantId, id);
    const page = await this.history.list(tenantId, { eventId: id, limit: LIMITS.eventDeliveries });
    const link = page.has_more ? { deliveries_url: `/deliveries?event_id=${event.id}` } : {};
    return { ...event, deliveries: page.data, ...link };
  }

  /** @throws EventNotFound */
  async getPayload(tenantId: string, id: Uuid): Promise<PayloadRow> {
    const row = await this.repository.findPayload(tenantId, id);
    if (row === null) throw new EventNotFound(toPublicId('evt', id));
    return row;
  }
}

function toEventAnswer(row: EventSummaryRow): EventAnswer {
  const id = toPublicId('evt', row.id);
  return {
    id,
    event_type: row.event_type,
    content_type: row.content_type,
    payload_bytes: row.payload_bytes,
    payload_url: `/events/${id}/payload`,
    created_at: new Date(uuidTimeMs(row.id)).toISOString(),
  };
}
