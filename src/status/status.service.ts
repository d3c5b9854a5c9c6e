import { Injectable } from '@nestjs/common';
import { DeliveryHistory, type DeliveryWithAttemptsAnswer, type EventQuery, HistorySearch } from '../delivery/index.js';
import { EventHistory, type EventSummary, type Payload } from '../ingest/index.js';
import type { TwoWayPage } from '../shared/http/two-way-page.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { type Uuid, uuidTimeMs } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import type { EventAnswer, EventStatusAnswer } from './dto/status-answers.js';

@Injectable()
export class StatusService {
  constructor(
    private readonly events: EventHistory,
    private readonly deliveries: DeliveryHistory,
    private readonly search: HistorySearch,
  ) {}

  /** @throws DeliveryNotFound */
  getDelivery(tenantId: string, id: Uuid): Promise<DeliveryWithAttemptsAnswer> {
    return this.deliveries.get(tenantId, id);
  }

  /** @throws EventNotFound */
  async getEvent(tenantId: string, id: Uuid): Promise<EventAnswer> {
    return toEventAnswer(await this.events.getSummary(tenantId, id));
  }

  /** Lists events, newest first. @throws MalformedCursor; MalformedId; InvalidInput */
  listEvents(tenantId: string, query: EventQuery): Promise<TwoWayPage<EventAnswer>> {
    return this.search.listEvents(tenantId, query, async (ids) =>
      (await this.events.listSummaries(tenantId, ids)).map(toEventAnswer),
    );
  }

  /** @throws EventNotFound */
  async getEventStatus(tenantId: string, id: Uuid): Promise<EventStatusAnswer> {
    const event = await this.getEvent(tenantId, id);
    const page = await this.search.listDeliveries(tenantId, { event_id: event.id, limit: LIMITS.eventDeliveries });
    const link = page.has_more ? { deliveries_url: `/deliveries?event_id=${event.id}` } : {};
    return { ...event, deliveries: page.data, ...link };
  }

  /** @throws EventNotFound */
  getPayload(tenantId: string, id: Uuid): Promise<Payload> {
    return this.events.getPayload(tenantId, id);
  }
}

function toEventAnswer(event: EventSummary): EventAnswer {
  const id = toPublicId('evt', event.id);
  return {
    id,
    event_type: event.eventType,
    content_type: event.contentType,
    payload_bytes: event.payloadBytes,
    delivery_count: event.deliveryCount,
    tags: event.tags ?? [],
    idempotency_key: event.idempotencyKey,
    payload_url: `/events/${id}/payload`,
    created_at: new Date(uuidTimeMs(event.id)).toISOString(),
  };
}
