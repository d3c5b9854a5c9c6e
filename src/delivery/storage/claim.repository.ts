import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { HotPath } from '../../shared/database/hot-path.js';
import { partitionOf } from '../../shared/database/partition-keeper.js';
import { publicIdsOf, toPublicId } from '../../shared/ids/public-id.js';
import { eventUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import type { ActiveSubscription, ArrivingDelivery } from '../domain/arriving-delivery.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import type { WakeUp } from '../domain/wake-up.js';
import { ClaimedSubscriptions, readSubscriptions } from './claimed-subscriptions.js';
import { type CancelledDelivery, type CancelledRow, toCancelled } from './cancelled-delivery.js';
import { leaseParameters } from './lease-parameters.js';
import { wakeUpParameters } from './wake-up-parameters.js';
import { claim } from './statements/claim.js';
import { PULL } from './statements/pull.js';
import { readEvents } from './statements/read-events.js';
import { SETTLE_UNCLAIMED } from './statements/settle-unclaimed.js';

interface ClaimedRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  abandoned_count: number;
  webhook_id: Uuid | null;
  version: string;
}

interface EventRow {
  id: Uuid;
  event_type: string;
  content_type: string;
  payload: Buffer;
  /** Null for none. */
  tags: readonly string[] | null;
}

/** Free slots of a subscription's lane. */
export interface FreeSlots {
  readonly subscriptionId: Uuid;
  readonly free: number;
}

/** Claims deliveries. A claim gives a delivery its next attempt number and a lease. */
@Injectable()
export class ClaimRepository {
  private readonly lease: { readonly defaultTimeoutMs: number; readonly graceMs: number };
  private readonly subscriptions = new ClaimedSubscriptions((ids) => readSubscriptions(this.hotPath, ids));

  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {
    this.lease = leaseParameters(settings);
  }

  /** Name of the partition, one per day, that holds the event of a delivery. */
  dayOf({ id }: WakeUp): string {
    return partitionOf('events', id);
  }

  /**
   * Claims pending deliveries whose attempt count matches their wake-up and whose subscription is active.
   *
   * @param wakeUps all with the same `dayOf`; of two for one delivery, the one with more attempts counts
   * @returns the claimed deliveries; the others were already claimed, or their subscription is not active
   */
  async claim(wakeUps: readonly WakeUp[]): Promise<ClaimedDelivery[]> {
    const [first] = wakeUps;
    if (first === undefined) return [];
    const rows = await this.hotPath.query<(ClaimedRow & { payload: null }) | EventRow>(
      claim(this.dayOf(first)).with({ ...wakeUpParameters(wakeUps), ...this.lease }),
    );
    const claimed: ClaimedRow[] = [];
    const events: EventRow[] = [];
    for (const row of rows) {
      if (row.payload === null) claimed.push(row);
      else events.push(row);
    }
    return this.complete(claimed, events);
  }

  /**
   * Settles deliveries that could not be claimed: parks those of paused and disabled subscriptions, and cancels those
   * of deleted ones.
   *
   * @returns the cancelled deliveries
   */
  async settleUnclaimed(wakeUps: readonly WakeUp[]): Promise<CancelledDelivery[]> {
    const rows = await this.hotPath.query<CancelledRow>(SETTLE_UNCLAIMED.with(wakeUpParameters(wakeUps)));
    return rows.map(toCancelled);
  }

  /** Claims parked deliveries, longest parked first, up to the number of free slots of each lane. */
  async pull(lanes: readonly FreeSlots[]): Promise<ClaimedDelivery[]> {
    const claimed = await this.hotPath.query<ClaimedRow>(
      PULL.with({
        subscriptionIds: lanes.map(({ subscriptionId }) => subscriptionId),
        freeSlots: lanes.map(({ free }) => free),
        ...this.lease,
        visibilitySeconds: this.settings.visibilityTimeout,
      }),
    );
    const days = Map.groupBy(new Set(claimed.map(({ id }) => eventUuidOf(id))), (id) => partitionOf('events', id));
    const events = await Promise.all(
      [...days].map(([partition, ids]) => this.hotPath.query<EventRow>(readEvents(partition).with({ ids }))),
    );
    return this.complete(claimed, events.flat());
  }

  /** Completes deliveries that their acceptance has claimed, except those whose subscription is deleted by now. */
  completeArrivals(
    deliveries: readonly ArrivingDelivery[],
    active: readonly ActiveSubscription[],
  ): Promise<ClaimedDelivery[]> {
    const versions = new Map(active.map(({ id, version }) => [id, version]));
    const claimed = deliveries.map(({ id, subscriptionId, event }) => ({
      id,
      subscription_id: subscriptionId,
      tenant_id: event.tenantId,
      attempt_count: 1,
      abandoned_count: 0,
      webhook_id: null,
      version: versions.get(subscriptionId) ?? '',
    }));
    const events = deliveries.map(({ event: { id, eventType, contentType, payload, tags } }) => ({
      id,
      event_type: eventType,
      content_type: contentType,
      payload,
      tags,
    }));
    return this.complete(claimed, events);
  }

  /** Combines the claimed rows with their events and subscriptions. */
  private async complete(claimed: readonly ClaimedRow[], events: readonly EventRow[]): Promise<ClaimedDelivery[]> {
    const eventsById = new Map(events.map((event) => [event.id, event]));
    const subscriptions = await this.subscriptions.of(claimed);
    return claimed.flatMap((row) => {
      const eventId = eventUuidOf(row.id);
      const event = eventsById.get(eventId);
      const subscription = subscriptions.get(row.subscription_id);
      // Both are gone only together with the delivery: retention drops an event with its deliveries, and deleting a
      // subscription cancels them.
      if (event === undefined || subscription === undefined) return [];
      return [
        {
          id: row.id,
          eventId,
          subscriptionId: row.subscription_id,
          tenantId: row.tenant_id,
          attempt: row.attempt_count,
          abandonedCount: row.abandoned_count,
          eventType: event.event_type,
          contentType: event.content_type,
          payload: event.payload,
          tags: event.tags ?? [],
          publicIds: publicIdsOf(row.id),
          webhookId: row.webhook_id === null ? null : toPublicId('dlv', row.webhook_id),
          subscription,
        },
      ];
    });
  }
}
