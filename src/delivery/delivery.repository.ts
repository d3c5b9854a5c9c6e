import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { HotPath } from '../shared/database/hot-path.js';
import { partitionOf } from '../shared/database/partition-keeper.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from '../subscriptions/index.js';
import type { ClaimedDelivery, WakeUp } from './delivery.entity.js';
import * as sql from './delivery.statements.js';

interface ClaimedRow {
  id: Uuid;
  event_id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  abandoned_count: number;
}

interface EventAndSubscriptionRow {
  event_type: string;
  content_type: string;
  payload: Buffer;
  target_url: string;
  secrets: SealedSecret[];
  headers: Record<string, string>;
  max_attempts: number | null;
  initial_interval_ms: number | null;
  max_interval_ms: number | null;
  timeout_ms: number | null;
  max_in_flight: number | null;
}

/** What a lane can take of its parked deliveries. */
export interface FreeSlots {
  readonly subscriptionId: Uuid;
  readonly free: number;
}

/** How open deliveries change hands: woken, claimed, parked, pulled, given back. Each method is one statement. */
@Injectable()
export class DeliveryRepository {
  private readonly defaultTimeoutMs: number;
  private readonly graceMs: number;

  constructor(
    private readonly hotPath: HotPath,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {
    this.defaultTimeoutMs = settings.webhookTimeout * 1000;
    this.graceMs = settings.leaseGrace * 1000;
  }

  /**
   * Claims pending deliveries that have had as many attempts as their wake-up says and whose subscription is active.
   *
   * @returns those that were claimed; for the others somebody was first, or their subscription takes none now
   */
  async claim(wakeUps: readonly WakeUp[]): Promise<ClaimedDelivery[]> {
    const days = Map.groupBy(wakeUps, ({ id }) => partitionOf('events', id));
    const claimed = [...days].map(async ([partition, ofDay]) => {
      const rows = await this.hotPath.query<ClaimedRow & EventAndSubscriptionRow>(sql.claim(partition), [
        ofDay.map(({ id }) => id),
        ofDay.map(({ attemptCount }) => attemptCount),
        this.defaultTimeoutMs,
        this.graceMs,
      ]);
      return rows.map((row) => toClaimed(row, row));
    });
    return (await Promise.all(claimed)).flat();
  }

  /**
   * What could not be claimed because its subscription takes nothing now: held when that is paused or disabled,
   * cancelled when it is deleted.
   *
   * @returns how many were cancelled
   */
  async settleUnclaimed(ids: readonly Uuid[]): Promise<number> {
    const rows = await this.hotPath.query<{ id: Uuid }>(sql.SETTLE_UNCLAIMED, [ids]);
    return rows.length;
  }

  /** Sets pending deliveries aside for their lanes. No attempt is used. */
  async park(ids: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(sql.PARK, [ids]);
  }

  /** Claims parked deliveries, longest parked first, as many as their lanes have free slots. */
  async pull(lanes: readonly FreeSlots[]): Promise<ClaimedDelivery[]> {
    const claimed = await this.hotPath.query<ClaimedRow>(sql.PULL, [
      lanes.map(({ subscriptionId }) => subscriptionId),
      lanes.map(({ free }) => free),
      this.defaultTimeoutMs,
      this.graceMs,
      this.settings.visibilityTimeout,
    ]);
    const days = Map.groupBy(claimed, ({ event_id: eventId }) => partitionOf('events', eventId));
    const complete = [...days].map(async ([partition, ofDay]) => {
      const rows = await this.hotPath.query<EventAndSubscriptionRow & { id: Uuid }>(sql.readClaimed(partition), [
        ofDay.map(({ id }) => id),
        ofDay.map(({ event_id: eventId }) => eventId),
        ofDay.map(({ subscription_id: subscriptionId }) => subscriptionId),
      ]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ofDay.flatMap((row) => {
        const rest = byId.get(row.id);
        return rest ? [toClaimed(row, rest)] : [];
      });
    });
    return (await Promise.all(complete)).flat();
  }

  /** Subscriptions that have parked deliveries; the cost grows with their number, not with the deliveries'. */
  async listSubscriptionsWithParked(): Promise<Uuid[]> {
    const rows = await this.hotPath.query<{ subscription_id: Uuid }>(sql.SUBSCRIPTIONS_WITH_PARKED, []);
    return rows.map((row) => row.subscription_id);
  }

  /** Cancels parked deliveries of those subscriptions that are deleted. @returns how many */
  async cancelParkedOfDeleted(subscriptionIds: readonly Uuid[], limit: number): Promise<number> {
    const rows = await this.hotPath.query(sql.CANCEL_PARKED_OF_DELETED, [subscriptionIds, limit]);
    return rows.length;
  }

  /**
   * Takes deliveries that are due: retries, those whose worker died, those that the queue lost. Their due time moves ahead
   * by the visibility timeout.
   *
   * @returns their wake-ups, and how many deliveries ended because too many of their attempts were cut short
   */
  async takeDue(limit: number): Promise<{ wakeUps: WakeUp[]; failed: number }> {
    const rows = await this.hotPath.query<{ id: Uuid; subscription_id: Uuid; attempt_count: number; failed: boolean }>(
      sql.TAKE_DUE,
      [limit, this.settings.visibilityTimeout],
    );
    const wakeUps = rows
      .filter((row) => !row.failed)
      .map((row) => ({ id: row.id, subscriptionId: row.subscription_id, attemptCount: row.attempt_count }));
    return { wakeUps, failed: rows.length - wakeUps.length };
  }

  /** Makes pending deliveries due at once, for any worker's scan: a worker that stops gives back what it held. */
  async giveBack(ids: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(sql.GIVE_BACK, [ids]);
  }
}

function toClaimed(row: ClaimedRow, rest: EventAndSubscriptionRow): ClaimedDelivery {
  return {
    id: row.id,
    eventId: row.event_id,
    subscriptionId: row.subscription_id,
    tenantId: row.tenant_id,
    attempt: row.attempt_count,
    abandonedCount: row.abandoned_count,
    eventType: rest.event_type,
    contentType: rest.content_type,
    payload: rest.payload,
    subscription: {
      targetUrl: rest.target_url,
      secrets: rest.secrets,
      headers: rest.headers,
      maxAttempts: rest.max_attempts,
      initialIntervalMs: rest.initial_interval_ms,
      maxIntervalMs: rest.max_interval_ms,
      timeoutMs: rest.timeout_ms,
      maxInFlight: rest.max_in_flight,
    },
  };
}
