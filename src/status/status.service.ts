import { Injectable } from '@nestjs/common';
import type { Within } from '../access/index.js';
import {
  DeliveryExplanations,
  DeliveryHistory,
  type DeliveryWithAttemptsAnswer,
  type EventQuery,
  HistorySearch,
  type Outcomes,
  totalOf,
} from '../delivery/index.js';
import { EventHistory, EventNotFound, type EventSummary, type Payload } from '../ingest/index.js';
import type { TwoWayPage } from '../shared/http/two-way-page.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { type Uuid, uuidTimeMs } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import type { EventAnswer, EventStatusAnswer } from './dto/status-answers.js';

/**
 * Events and deliveries, as far as a caller may see them: those of some subscriptions, or of the whole tenant. An event
 * is seen by its deliveries, and no others are counted.
 */
@Injectable()
export class StatusService {
  constructor(
    private readonly events: EventHistory,
    private readonly deliveries: DeliveryHistory,
    private readonly explanations: DeliveryExplanations,
    private readonly search: HistorySearch,
  ) {}

  /** @throws DeliveryNotFound */
  getDelivery(tenantId: string, id: Uuid, within: Within): Promise<DeliveryWithAttemptsAnswer> {
    return this.deliveries.get(tenantId, id, within);
  }

  /** @throws EventNotFound */
  async getEvent(tenantId: string, id: Uuid, within: Within): Promise<EventAnswer> {
    const [event] = await this.seen(tenantId, [await this.events.getSummary(tenantId, id)], within);
    if (event === undefined) throw new EventNotFound(toPublicId('evt', id));
    return toEventAnswer(event);
  }

  /** Lists events, newest first. @throws MalformedCursor; MalformedId; InvalidInput */
  listEvents(tenantId: string, query: EventQuery, within: Within): Promise<TwoWayPage<EventAnswer>> {
    const read = async (ids: readonly Uuid[]): Promise<EventAnswer[]> => {
      const found = await this.events.listSummaries(tenantId, ids);
      return (await this.seen(tenantId, found, within)).map(toEventAnswer);
    };
    return this.search.listEvents(tenantId, query, read, within);
  }

  /** @throws EventNotFound */
  async getEventStatus(tenantId: string, id: Uuid, within: Within): Promise<EventStatusAnswer> {
    const event = await this.getEvent(tenantId, id, within);
    const query = { event_id: event.id, limit: LIMITS.eventDeliveries };
    const page = await this.search.listDeliveries(tenantId, query, within);
    const link = page.has_more ? { deliveries_url: `/deliveries?event_id=${event.id}` } : {};
    return { ...event, deliveries: page.data, ...link };
  }

  /** @throws EventNotFound */
  async getPayload(tenantId: string, id: Uuid, within: Within): Promise<Payload> {
    if (within !== null) await this.getEvent(tenantId, id, within);
    return this.events.getPayload(tenantId, id);
  }

  /** The events that may be seen, with what became of the deliveries that may be seen. */
  private async seen(tenantId: string, events: readonly EventSummary[], within: Within): Promise<SeenEvent[]> {
    const isCounted = ({ deliveryCount }: EventSummary): boolean => deliveryCount <= LIMITS.countedDeliveries;
    // Which of its deliveries a limited session may see is known only after all of them have been read.
    const ids = (within === null ? events.filter(isCounted) : events).map(({ id }) => id);
    const found = ids.length === 0 ? NONE : await this.explanations.outcomes(tenantId, ids, within);
    return events.flatMap((event) => {
      const outcomes = found.get(event.id) ?? null;
      if (within === null) return [{ ...event, outcomes }];
      const deliveryCount = outcomes === null ? 0 : totalOf(outcomes);
      return deliveryCount === 0 ? [] : [{ ...event, deliveryCount, outcomes }];
    });
  }
}

const NONE: ReadonlyMap<Uuid, Outcomes> = new Map();

/** An event as a caller may see it. `outcomes` is null if it has too many deliveries to count them for a list. */
type SeenEvent = EventSummary & { readonly outcomes: Outcomes | null };

function toEventAnswer(event: SeenEvent): EventAnswer {
  const id = toPublicId('evt', event.id);
  return {
    id,
    event_type: event.eventType,
    content_type: event.contentType,
    payload_bytes: event.payloadBytes,
    delivery_count: event.deliveryCount,
    outcomes: event.outcomes,
    tags: event.tags ?? [],
    idempotency_key: event.idempotencyKey,
    payload_url: `/events/${id}/payload`,
    created_at: new Date(uuidTimeMs(event.id)).toISOString(),
  };
}
