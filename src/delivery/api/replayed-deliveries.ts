import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/database/transaction.js';
import { Settings } from '../../shared/config/settings.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { deliveryUuid, eventUuidOf, retryOrdinal, type Uuid } from '../../shared/ids/uuid.js';
import type { Matches } from '../../shared/search/bounded-search.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Random } from '../../shared/time/random.js';
import type { HistoryFilter } from '../domain/history-filter.js';
import type {
  NamedDelivery,
  NewReplayed,
  OpenedDelivery,
  ReplayMatch,
  ReplayReceiver,
  SettledDeliveries,
} from '../domain/replayed-delivery.js';
import { DeliveryReport } from '../report/delivery-report.js';
import { DeliveryHistoryRepository } from '../storage/delivery-history.repository.js';
import { type CountedMatches, type CountLimits, ReplaySearchRepository } from '../storage/replay-search.repository.js';
import { ReplayedDeliveryRepository } from '../storage/replayed-delivery.repository.js';
import { toDeliveryAnswer } from './delivery.mapping.js';

/** Draws of unused ids for one step. Each event has half a million, so more than two are needed by wide events only. */
const MAX_DRAWS = 20;

/** A match as a person sees it. */
export interface ShownMatch {
  /** Public ids; those of a delivery are null if there is none. */
  readonly deliveryId: string | null;
  readonly eventId: string;
  readonly eventType: string;
  readonly subscriptionId: string;
  readonly status: string | null;
}

/** The next matches of a replay. */
interface NextMatches {
  readonly matches: readonly ReplayMatch[];
  /** The first id that has not been looked at; null if all have. */
  readonly next: Uuid | null;
}

/** Finds what replays send again, opens deliveries for it, and finds out what comes of them. */
@Injectable()
export class ReplayedDeliveries {
  constructor(
    private readonly search: ReplaySearchRepository,
    private readonly repository: ReplayedDeliveryRepository,
    private readonly history: DeliveryHistoryRepository,
    private readonly report: DeliveryReport,
    private readonly metrics: Metrics,
    private readonly random: Random,
    private readonly settings: Settings,
  ) {}

  /** The time of PostgreSQL. Deliveries that finish from then on are none of what a replay made now sends. */
  now(tenantId: string): Promise<Date> {
    return this.search.now(tenantId);
  }

  /** Counts what matches. @param shown how many of the oldest matches to return */
  count(tenantId: string, filter: HistoryFilter, limits: CountLimits, shown: number): Promise<CountedMatches> {
    return this.search.count(tenantId, filter, limits, shown);
  }

  /** Reads deliveries that a client has named, without those that the tenant does not have. */
  listNamed(tenantId: string, ids: readonly Uuid[]): Promise<NamedDelivery[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.repository.listNamed(tenantId, ids);
  }

  /** Reads matches for people, in the order of their ids. @param ids of deliveries or, with `missingFor`, of events */
  async show(tenantId: string, { missingFor }: HistoryFilter, ids: readonly Uuid[]): Promise<ShownMatch[]> {
    if (ids.length === 0) return [];
    if (missingFor !== undefined) {
      const types = await this.repository.listTypes(tenantId, ids);
      return ids.map((id) => ({
        deliveryId: null,
        eventId: toPublicId('evt', id),
        eventType: types.get(id) ?? '',
        subscriptionId: toPublicId('sub', missingFor.subscriptionId),
        status: null,
      }));
    }
    const rows = await this.history.list(tenantId, ids);
    return rows.toReversed().map((row) => {
      const { id, event_id, event_type, subscription_id, status } = toDeliveryAnswer(row, this.settings);
      return { deliveryId: id, eventId: event_id, eventType: event_type, subscriptionId: subscription_id, status };
    });
  }

  /**
   * Finds the next matches in a transaction that sends them. There may be fewer than `limit`, or none, although `next`
   * is not null.
   *
   * @param position the first id that has not been looked at; null to begin
   */
  async next(
    tx: Tx,
    tenantId: string,
    filter: HistoryFilter,
    place: { readonly position: Uuid | null; readonly limit: number },
  ): Promise<NextMatches> {
    const { ids, next }: Matches = await this.search.next(tx, tenantId, filter, place);
    const { missingFor } = filter;
    if (missingFor !== undefined) {
      const { subscriptionId } = missingFor;
      return { matches: ids.map((id) => ({ id, eventId: id, subscriptionId, formerId: null })), next };
    }
    return { matches: ids.length === 0 ? [] : await this.repository.listMatches(tx, tenantId, ids), next };
  }

  /** Finds finished deliveries by their ids, without those that are gone. */
  find(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<ReplayMatch[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.repository.listMatches(tx, tenantId, ids);
  }

  /** Reads the subscriptions of matches, by id. */
  async receivers(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<Map<Uuid, ReplayReceiver>> {
    const receivers = await this.repository.listReceivers(tx, tenantId, [...new Set(ids)]);
    return new Map(receivers.map((receiver) => [receiver.id, receiver]));
  }

  /** Whether the delivery that a replay opened `window` deliveries ago still waits for its first attempt. */
  isBehind(tx: Tx, tenantId: string, replayId: Uuid, window: number): Promise<boolean> {
    return this.repository.isBehind(tx, tenantId, replayId, window);
  }

  /**
   * Opens a delivery for each match, except for those that the replay has sent before.
   *
   * @returns the opened deliveries; call `opened` with them after the commit
   */
  async open(
    tx: Tx,
    tenantId: string,
    replayId: Uuid,
    matches: readonly ReplayMatch[],
  ): Promise<readonly OpenedDelivery[]> {
    const repeats = await this.withIds(tx, tenantId, matches);
    return repeats.length === 0 ? [] : this.repository.open(tx, tenantId, replayId, repeats);
  }

  /** Reports deliveries whose opening is committed. */
  opened(tenantId: string, deliveries: readonly OpenedDelivery[]): void {
    this.metrics.replayed.inc(deliveries.length);
    for (const { id, subscriptionId, formerId } of deliveries) {
      this.report.retried({ id, subscriptionId, tenantId }, formerId === null ? null : toPublicId('dlv', formerId));
    }
  }

  /** Looks for the outcomes of some deliveries of a replay, from the one after `after` on. */
  settle(
    tx: Tx,
    tenantId: string,
    step: { readonly replayId: Uuid; readonly after: Uuid | null; readonly limit: number },
  ): Promise<SettledDeliveries> {
    return this.repository.settle(tx, tenantId, step);
  }

  /** Whether deliveries of a replay have no outcome yet. */
  hasUnsettled(tx: Tx, tenantId: string, replayId: Uuid): Promise<boolean> {
    return this.repository.hasUnsettled(tx, tenantId, replayId);
  }

  /** Forgets which deliveries a replay has opened. @returns how many were forgotten, at most `limit` */
  forget(tx: Tx, tenantId: string, replayId: Uuid, limit: number): Promise<number> {
    return this.repository.forget(tx, tenantId, replayId, limit);
  }

  /** Draws unused ids. A match that gets none, of an event with half a million repeats, is left out. */
  private async withIds(tx: Tx, tenantId: string, matches: readonly ReplayMatch[]): Promise<NewReplayed[]> {
    const used = new Set<Uuid>();
    const found: NewReplayed[] = [];
    let rest = matches;
    for (let draw = 0; draw < MAX_DRAWS && rest.length > 0; draw += 1) {
      const drawn = rest.map((match) => ({
        ...match,
        newId: deliveryUuid(eventUuidOf(match.id), retryOrdinal(this.random.next())),
      }));
      const taken = await this.repository.listTaken(tx, tenantId, drawn.map(({ newId }) => newId)); // prettier-ignore
      const again: ReplayMatch[] = [];
      for (const each of drawn) {
        if (taken.has(each.newId) || used.has(each.newId)) again.push(each);
        else {
          used.add(each.newId);
          found.push(each);
        }
      }
      rest = again;
    }
    return found;
  }
}
