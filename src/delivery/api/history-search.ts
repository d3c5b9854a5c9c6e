import { Injectable } from '@nestjs/common';
import { narrowed, type Within } from '../../access/index.js';
import { Settings } from '../../shared/config/settings.js';
import { InvalidInput } from '../../shared/errors/domain-error.js';
import { type PagePlace, placeOf, toTwoWayPage, type TwoWayPage } from '../../shared/http/two-way-page.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { DELIVERIES, EVENTS } from '../../shared/search/listed.js';
import { SubscriptionsService } from '../../subscriptions/index.js';
import type { HistoryFilter } from '../domain/history-filter.js';
import { HistorySearchRepository } from '../storage/history-search.repository.js';
import { toDeliveryAnswer } from './delivery.mapping.js';
import type { DeliveryAnswer } from './dto/delivery-answer.js';
import type { DeliveryQuery, EventQuery, SubscriptionDeliveryQuery } from './dto/delivery-query.js';
import { filterOf } from './history-query.js';

/** Searches the history for the API. A page that takes too long to fill has what was found, and a cursor to go on. */
@Injectable()
export class HistorySearch {
  constructor(
    private readonly repository: HistorySearchRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly settings: Settings,
  ) {}

  /**
   * Lists deliveries, newest event first.
   *
   * @param within the only subscriptions whose deliveries may be seen; null for all of the tenant
   * @throws MalformedCursor; MalformedId; InvalidInput
   */
  listDeliveries(tenantId: string, query: DeliveryQuery, within: Within = null): Promise<TwoWayPage<DeliveryAnswer>> {
    return this.page(tenantId, query, within);
  }

  /**
   * Lists the deliveries of a subscription, even of a deleted one.
   *
   * @throws SubscriptionNotFound; MalformedCursor; MalformedId; InvalidInput
   */
  async listDeliveriesOf(
    tenantId: string,
    subscriptionId: Uuid,
    query: SubscriptionDeliveryQuery,
  ): Promise<TwoWayPage<DeliveryAnswer>> {
    await this.subscriptions.requireKnown(tenantId, subscriptionId);
    return this.page(tenantId, query, [subscriptionId]);
  }

  /**
   * Lists events, newest first.
   *
   * @param read reads the events with these ids, newest first
   * @param within only events with deliveries to these subscriptions; null for all of the tenant
   * @throws MalformedCursor; MalformedId; InvalidInput
   */
  async listEvents<T>(
    tenantId: string,
    query: EventQuery,
    read: (ids: readonly Uuid[]) => Promise<T[]>,
    within: Within = null,
  ): Promise<TwoWayPage<T>> {
    const place = placeOf(query.cursor);
    const filter = narrowedFilter(query, place, within);
    const { direction } = place;
    const matches = await this.repository.findEvents(tenantId, filter, { direction, limit: query.limit });
    return toTwoWayPage(place, matches, EVENTS, matches.ids.length === 0 ? [] : await read(matches.ids));
  }

  private async page(tenantId: string, query: DeliveryQuery, within: Within): Promise<TwoWayPage<DeliveryAnswer>> {
    const place = placeOf(query.cursor);
    const filter = narrowedFilter(query, place, within);
    const { direction } = place;
    const { matches, rows } = await this.repository.findDeliveries(tenantId, filter, { direction, limit: query.limit });
    const data = rows.map((row) => toDeliveryAnswer(row, this.settings));
    return toTwoWayPage(place, matches, DELIVERIES, data);
  }
}

function narrowedFilter(query: EventQuery, place: PagePlace, within: Within): HistoryFilter {
  const filter = filterOf(query, place);
  const subscriptionIds = narrowed(within, filter.subscriptionIds);
  if (within !== null && filter.isUnreached) {
    throw new InvalidInput([
      { pointer: 'deliveries', detail: 'cannot be 0 here: you see only events with deliveries' },
    ]);
  }
  return { ...filter, ...(subscriptionIds !== undefined && { subscriptionIds }) };
}
