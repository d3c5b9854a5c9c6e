import { Injectable } from '@nestjs/common';
import { isWithin, type Within } from '../access/index.js';
import { DeliveryExplanations, type ExplainedDelivery } from '../delivery/index.js';
import { EventHistory, EventNotFound } from '../ingest/index.js';
import { decodeCursor, encodeCursor, type PageQuery } from '../shared/http/page.js';
import { parsePublicId, toPublicId } from '../shared/ids/public-id.js';
import { deliveryUuid, lastUuidOf, type Uuid, uuidTimeMs } from '../shared/ids/uuid.js';
import { Clock } from '../shared/time/clock.js';
import { type ExplainedSubscription, type PastEvent, SubscriptionVersions } from '../subscriptions/index.js';
import { eventSummary } from './domain/event-summary.js';
import type { EventExplanationAnswer, ExplainedSubscriptionAnswer } from './dto/explain-answers.js';

/** Subscriptions that are looked at in one statement, and in how many statements for one page. */
const PART = 200;
const MAX_PARTS = 10;

type Addressed = Awaited<ReturnType<EventHistory['getAddressing']>>;

interface Entry {
  /** Of the delivery, or of a subscription without one. */
  readonly id: Uuid;
  readonly answer: ExplainedSubscriptionAnswer;
}

interface Entries {
  readonly entries: readonly Entry[];
  /** The last subscription that was looked at; null when no more follow. */
  readonly last: Uuid | null;
}

/** Says what the service decided about an event, subscription by subscription. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly events: EventHistory,
    private readonly deliveries: DeliveryExplanations,
    private readonly subscriptions: SubscriptionVersions,
    private readonly clock: Clock,
  ) {}

  /**
   * Lists the deliveries of an event, then the subscriptions that got none. A cursor is the id of a delivery or of a
   * subscription, which cannot be mistaken for each other: those of deliveries lie in the range of the event.
   *
   * @param within the only subscriptions that may be seen; null for all of the tenant
   * @throws EventNotFound; MalformedCursor
   */
  async explain(
    tenantId: string,
    eventId: Uuid,
    { limit, cursor }: PageQuery,
    within: Within = null,
  ): Promise<EventExplanationAnswer> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    const summary = await this.events.getSummary(tenantId, eventId);
    const { addressing, deliveryCount } = await this.addressing(tenantId, eventId, within);
    const only = addressing === 'all' || addressing === null ? null : await this.firstTarget(tenantId, eventId, within);
    const { eventType } = summary;
    const acceptedAtMs = uuidTimeMs(eventId);
    const event = { eventType, acceptedAtMs, addressing, addressedTo: only };

    const isAmongDeliveries = after === null || (after > eventId && after <= lastUuidOf(eventId));
    const reached = isAmongDeliveries ? await this.deliveries.list(tenantId, { eventId, limit, after, within }) : [];
    // One more than the page has room for says that another page follows.
    const missing = limit + 1 - reached.length;
    const place = { after: isAmongDeliveries ? null : after, limit: missing, within };
    const others = missing > 0 ? await this.others(tenantId, { id: eventId, event }, place) : NO_ENTRIES;
    const all = [...reached.map(toDeliveryEntry), ...others.entries];
    const shown = all.slice(0, limit);
    const next = all.length > limit ? (shown.at(-1)?.id ?? null) : others.last;
    return {
      event_id: toPublicId('evt', eventId),
      event_type: eventType,
      addressed_to: addressing,
      deliveries: deliveryCount,
      created_at: new Date(acceptedAtMs).toISOString(),
      summary: eventSummary({ ...event, deliveryCount }, this.clock.nowMs()),
      data: shown.map(({ answer }) => answer),
      has_more: next !== null,
      next_cursor: next === null ? null : encodeCursor(next),
    };
  }

  /** How the event was addressed, and how many deliveries may be seen. @throws EventNotFound if none may be */
  private async addressing(tenantId: string, eventId: Uuid, within: Within): Promise<Addressed> {
    const addressing = await this.events.getAddressing(tenantId, eventId);
    if (within === null) return addressing;
    const deliveryCount = await this.deliveries.countTo(tenantId, eventId, within);
    if (deliveryCount === 0) throw new EventNotFound(toPublicId('evt', eventId));
    return { ...addressing, deliveryCount };
  }

  /** Public id of the subscription of the first delivery; null if that is gone, or may not be seen. */
  private async firstTarget(tenantId: string, eventId: Uuid, within: Within): Promise<string | null> {
    const after = deliveryUuid(eventId, 2);
    // Among all: the first of those that may be seen may be due to a replay.
    const [first] = await this.deliveries.list(tenantId, { eventId, limit: 1, after, within: null });
    const id = first?.delivery.subscription_id ?? null;
    return id === null || isWithin(within, parsePublicId(id, 'sub').uuid) ? id : null;
  }

  /**
   * The first subscriptions without a delivery. Gives up after so many that have one that the client had better ask for
   * the next page; the page then has fewer entries than its limit.
   */
  private async others(
    tenantId: string,
    { id, event }: { readonly id: Uuid; readonly event: PastEvent },
    { after, limit, within }: { readonly after: Uuid | null; readonly limit: number; readonly within: Within },
  ): Promise<Entries> {
    const entries: Entry[] = [];
    let last = after;
    for (let part = 0; part < MAX_PARTS && entries.length < limit; part += 1) {
      const found = await this.subscriptions.explain(tenantId, event, { after: last, limit: PART, within });
      const ids = found.subscriptions.map((subscription) => subscription.id);
      // A replay may have sent it to some, whatever number of deliveries it was accepted with.
      const reached = ids.length === 0 ? NONE : await this.deliveries.reached(tenantId, id, ids);
      entries.push(...found.subscriptions.filter((each) => !reached.has(each.id)).map(toSubscriptionEntry));
      last = found.last;
      if (last === null) break;
    }
    return { entries, last };
  }
}

const NONE: ReadonlySet<Uuid> = new Set();
const NO_ENTRIES: Entries = { entries: [], last: null };

function toDeliveryEntry({ id, delivery, summary }: ExplainedDelivery): Entry {
  const { id: publicId, status, retry_of, subscription_id } = delivery;
  const answer = {
    subscription_id,
    delivery: { id: publicId, status, url: `/deliveries/${publicId}`, retry_of },
    reason: null,
    detail: summary,
  };
  return { id, answer };
}

function toSubscriptionEntry({ id, code, detail }: ExplainedSubscription): Entry {
  return { id, answer: { subscription_id: toPublicId('sub', id), delivery: null, reason: code, detail } };
}
