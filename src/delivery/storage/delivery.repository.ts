import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { HotPath } from '../../shared/database/hot-path.js';
import { partitionOf } from '../../shared/database/partition-keeper.js';
import { publicIdsOf, toPublicId } from '../../shared/ids/public-id.js';
import { eventUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import type { SealedAuth, SealedHeaders, SealedSecret } from '../../subscriptions/index.js';
import { ClaimedSubscriptions, type VersionedSubscription } from './claimed-subscriptions.js';
import type { ClaimedDelivery, ClaimedSubscription } from '../domain/claimed-delivery.js';
import type { WakeUp } from '../domain/wake-up.js';
import { CANCEL_PARKED_OF_DELETED } from './statements/cancel-parked-of-deleted.js';
import { claim } from './statements/claim.js';
import { GIVE_BACK } from './statements/give-back.js';
import { LIST_WITH_PARKED } from './statements/list-with-parked.js';
import { PARK } from './statements/park.js';
import { PULL } from './statements/pull.js';
import { readEvents } from './statements/read-events.js';
import { READ_SUBSCRIPTIONS } from './statements/read-subscriptions.js';
import { SETTLE_UNCLAIMED } from './statements/settle-unclaimed.js';
import { type DueEnd, TAKE_DUE } from './statements/take-due.js';

interface ClaimedRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  abandoned_count: number;
  version: string;
}

interface EventRow {
  id: Uuid;
  event_type: string;
  content_type: string;
  payload: Buffer;
}

interface SubscriptionRow {
  id: Uuid;
  version: string;
  target_url: string;
  secrets: SealedSecret[];
  headers: SealedHeaders;
  auth: SealedAuth | null;
  max_attempts: number | null;
  initial_interval_ms: number | null;
  max_interval_ms: number | null;
  timeout_ms: number | null;
  max_in_flight: number | null;
}

interface DueRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  became: 'woken' | 'failed' | 'held' | 'scattered';
}

/** What a look at what is due brought. */
export interface TakenDue {
  readonly wakeUps: WakeUp[];
  /** How many deliveries ended because too many of their attempts were cut short. */
  readonly failed: number;
  /** There was no more than this. */
  readonly isComplete: boolean;
}

interface ParkedRow {
  subscription_id: Uuid;
  tenant_id: string;
  /** Null for any other. */
  state: 'active' | 'deleted' | null;
}

/**
 * Subscriptions with parked deliveries. Those of paused and disabled ones wait for a client, and nobody need look at
 * them.
 */
interface WithParked {
  readonly active: readonly Pick<WakeUp, 'subscriptionId' | 'tenantId'>[];
  readonly deleted: readonly Uuid[];
  /** Where to go on; null when that was the end. */
  readonly last: Uuid | null;
}

/** What a lane can take of its parked deliveries. */
export interface FreeSlots {
  readonly subscriptionId: Uuid;
  readonly free: number;
}

/** How open deliveries change hands: woken, claimed, parked, pulled, given back. Each method is one statement. */
@Injectable()
export class DeliveryRepository {
  private readonly lease: { readonly defaultTimeoutMs: number; readonly graceMs: number };
  private readonly subscriptions = new ClaimedSubscriptions((ids) => this.readSubscriptions(ids));

  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {
    this.lease = { defaultTimeoutMs: settings.webhookTimeout * 1000, graceMs: settings.leaseGrace * 1000 };
  }

  /** The day whose partition holds the event of a delivery. */
  dayOf({ id }: WakeUp): string {
    return partitionOf('events', id);
  }

  /**
   * Claims pending deliveries that have had as many attempts as their wake-up says and whose subscription is active.
   *
   * @param wakeUps for deliveries of one day, as `dayOf` tells; of two for one delivery the newer counts
   * @returns those that were claimed; for the others somebody was first, or their subscription takes none now
   */
  async claim(wakeUps: readonly WakeUp[]): Promise<ClaimedDelivery[]> {
    const [first] = wakeUps;
    if (first === undefined) return [];
    const rows = await this.hotPath.query<(ClaimedRow & { payload: null }) | EventRow>(
      claim(this.dayOf(first)).with({ ...known(wakeUps), ...this.lease }),
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
   * What could not be claimed because its subscription takes nothing now: held when that is paused or disabled,
   * cancelled when it is deleted.
   *
   * @returns how many were cancelled
   */
  async settleUnclaimed(wakeUps: readonly WakeUp[]): Promise<number> {
    const rows = await this.hotPath.query<{ id: Uuid }>(SETTLE_UNCLAIMED.with(known(wakeUps)));
    return rows.length;
  }

  /** Sets pending deliveries aside for their lanes. No attempt is used. */
  async park(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(PARK.with(known(wakeUps)));
  }

  /** Claims parked deliveries, longest parked first, as many as their lanes have free slots. */
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

  /**
   * Subscriptions that have parked deliveries, in the order of their ids; the cost grows with their number, not with
   * the deliveries'.
   *
   * @param after the last one of the look before; null begins with the first
   */
  async listWithParked(after: Uuid | null, limit: number): Promise<WithParked> {
    const rows = await this.hotPath.query<ParkedRow>(LIST_WITH_PARKED.with({ after, limit }));
    const inState = (state: ParkedRow['state']): ParkedRow[] => rows.filter((row) => row.state === state);
    return {
      active: inState('active').map((row) => ({
        subscriptionId: row.subscription_id,
        tenantId: row.tenant_id,
      })),
      deleted: inState('deleted').map((row) => row.subscription_id),
      last: rows.length < limit ? null : (rows.at(-1)?.subscription_id ?? null),
    };
  }

  /** Cancels parked deliveries of those subscriptions that are deleted. @returns how many */
  async cancelParkedOfDeleted(subscriptionIds: readonly Uuid[], limit: number): Promise<number> {
    const rows = await this.hotPath.query(CANCEL_PARKED_OF_DELETED.with({ subscriptionIds, limit }));
    return rows.length;
  }

  /**
   * Takes deliveries that are due: retries, those whose worker died, those that the queue lost. Their due time moves
   * ahead by the visibility timeout.
   *
   * @param lookBackSeconds leaves alone what has been due for longer; null looks at everything
   * @param options.end which are taken first when more are due than the limit
   * @param options.parks parks what it takes
   */
  async takeDue(
    limit: number,
    lookBackSeconds: number | null,
    { end = 'oldest', parks = false }: { readonly end?: DueEnd; readonly parks?: boolean } = {},
  ): Promise<TakenDue> {
    const rows = await this.hotPath.query<DueRow>(
      TAKE_DUE[end].with({ limit, visibilitySeconds: this.settings.visibilityTimeout, lookBackSeconds, parks }),
    );
    const wakeUps = rows
      .filter(({ became }) => became === 'woken')
      .map((row) => ({
        id: row.id,
        subscriptionId: row.subscription_id,
        attemptCount: row.attempt_count,
        tenantId: row.tenant_id,
      }));
    const failed = rows.filter(({ became }) => became === 'failed').length;
    return { wakeUps, failed, isComplete: rows.length < limit };
  }

  /** Makes pending deliveries due at once, for any worker's scan: a worker that stops gives back what it held. */
  async giveBack(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(GIVE_BACK.with(known(wakeUps)));
  }

  /** Brings together what was claimed, its events and its subscriptions. */
  private async complete(claimed: readonly ClaimedRow[], events: readonly EventRow[]): Promise<ClaimedDelivery[]> {
    const eventsById = new Map(events.map((event) => [event.id, event]));
    const subscriptions = await this.subscriptions.of(claimed);
    return claimed.flatMap((row) => {
      const eventId = eventUuidOf(row.id);
      const event = eventsById.get(eventId);
      const subscription = subscriptions.get(row.subscription_id);
      // Retention drops an event only with its deliveries. A subscription that was deleted a moment ago took its
      // deliveries along.
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
          publicIds: publicIdsOf(row.id),
          subscription,
        },
      ];
    });
  }

  private async readSubscriptions(ids: readonly Uuid[]): Promise<VersionedSubscription[]> {
    const rows = await this.hotPath.query<SubscriptionRow>(READ_SUBSCRIPTIONS.with({ ids }));
    return rows.map((row) => ({ id: row.id, version: row.version, subscription: toSubscription(row) }));
  }
}

/** Of two wake-ups for one delivery, the one that knows of more attempts counts: it comes last. */
function byDelivery(a: WakeUp, b: WakeUp): number {
  if (a.id === b.id) return a.attemptCount - b.attemptCount;
  return a.id < b.id ? -1 : 1;
}

/** Deliveries, sorted, and their attempt counts, as the statements take them. */
function known(wakeUps: readonly WakeUp[]): { ids: Uuid[]; attemptCounts: number[] } {
  const sorted = wakeUps.toSorted(byDelivery);
  return { ids: sorted.map(({ id }) => id), attemptCounts: sorted.map(({ attemptCount }) => attemptCount) };
}

function toSubscription(row: SubscriptionRow): ClaimedSubscription {
  return {
    publicId: toPublicId('sub', row.id),
    targetUrl: row.target_url,
    secrets: row.secrets,
    headers: row.headers,
    auth: row.auth,
    maxAttempts: row.max_attempts,
    initialIntervalMs: row.initial_interval_ms,
    maxIntervalMs: row.max_interval_ms,
    timeoutMs: row.timeout_ms,
    maxInFlight: row.max_in_flight,
  };
}
