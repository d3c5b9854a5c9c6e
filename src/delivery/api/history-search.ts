import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { placeOf, toTwoWayPage, type TwoWayPage } from '../../shared/http/two-way-page.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { DELIVERIES, EVENTS } from '../../shared/search/listed.js';
import { SubscriptionsService } from '../../subscriptions/index.js';
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

  /** Lists deliveries, newest event first. @throws MalformedCursor; MalformedId; InvalidInput */
  listDeliveries(tenantId: string, query: DeliveryQuery): Promise<TwoWayPage<DeliveryAnswer>> {
    return this.page(tenantId, query);
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
   * @throws MalformedCursor; MalformedId; InvalidInput
   */
  async listEvents<T>(
    tenantId: string,
    query: EventQuery,
    read: (ids: readonly Uuid[]) => Promise<T[]>,
  ): Promise<TwoWayPage<T>> {
    const place = placeOf(query.cursor);
    const filter = filterOf(query, place);
    const { direction } = place;
    const matches = await this.repository.findEvents(tenantId, filter, { direction, limit: query.limit });
    return toTwoWayPage(place, matches, EVENTS, matches.ids.length === 0 ? [] : await read(matches.ids));
  }

  private async page(
    tenantId: string,
    query: DeliveryQuery,
    subscriptionIds?: readonly Uuid[],
  ): Promise<TwoWayPage<DeliveryAnswer>> {
    const place = placeOf(query.cursor);
    const filter = { ...filterOf(query, place), ...(subscriptionIds && { subscriptionIds }) };
    const { direction } = place;
    const { matches, rows } = await this.repository.findDeliveries(tenantId, filter, { direction, limit: query.limit });
    const data = rows.map((row) => toDeliveryAnswer(row, this.settings));
    return toTwoWayPage(place, matches, DELIVERIES, data);
  }
}
