import { readStatusCodes } from '../../shared/domain/status-codes.js';
import { readList } from '../../shared/domain/value-list.js';
import { type Fault, InvalidInput } from '../../shared/errors/domain-error.js';
import { parseIdParameter } from '../../shared/ids/public-id.js';
import { firstUuidAt, lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import { ALL_IDS, intersection, isEmpty, type IdRange, restOf, successorOf } from '../../shared/search/id-range.js';
import type { PagePlace } from '../../shared/http/two-way-page.js';
import { eventTypesOf, readTargetHost } from '../../subscriptions/index.js';
import { DELIVERY_STATUSES } from '../domain/delivery-state.js';
import { asksForDeliveries, type HistoryFilter, possibleStatuses } from '../domain/history-filter.js';
import type { EventQuery } from './dto/delivery-query.js';

/**
 * What a query asks for, read from where the page begins.
 *
 * @throws MalformedId; InvalidInput if the filters contradict each other, so that nothing could ever match
 */
export function filterOf(query: EventQuery, place: PagePlace): HistoryFilter {
  const { subscription_id: subscriptionId, event_id: eventId, target_host: targetHost, replay_id: replay } = query;
  const subscriptionIds =
    subscriptionId === undefined ? undefined : [parseIdParameter('subscription_id', subscriptionId, 'sub')];
  const eventUuid = eventId === undefined ? null : parseIdParameter('event_id', eventId, 'evt');
  const eventTypes = query.event_type === undefined ? null : eventTypesOf(query.event_type);
  const statuses = query.status === undefined ? null : readList(query.status, DELIVERY_STATUSES);
  const statusCodes = query.status_code === undefined ? null : readStatusCodes(query.status_code);
  const host = targetHost === undefined ? null : readTargetHost(targetHost);
  const asked = askedRange(query, eventUuid);
  const filter: HistoryFilter = {
    range: place.boundary === null ? asked : fromPlace(asked, { ...place, boundary: place.boundary }),
    ...(eventUuid !== null && { isOneEvent: true }),
    ...(subscriptionIds !== undefined && { subscriptionIds }),
    ...(host !== null && { targetHost: host }),
    ...(eventTypes !== null && { eventTypes }),
    ...(statuses !== null && { statuses }),
    ...(statusCodes !== null && { statusCodes }),
    ...(query.error_code !== undefined && { errorCode: query.error_code }),
    ...(query.tag !== undefined && { tag: query.tag }),
    ...(replay !== undefined && { replayId: parseIdParameter('replay_id', replay, 'rpl') }),
    ...(query.idempotency_key !== undefined && { idempotencyKey: query.idempotency_key }),
    ...(query.deliveries === '0' && { isUnreached: true }),
  };
  const faults = contradictions(query, filter, isEmpty(asked));
  if (faults.length > 0) throw new InvalidInput(faults);
  return filter;
}

function askedRange({ since, until }: EventQuery, eventUuid: Uuid | null): IdRange {
  const from = since === undefined ? ALL_IDS.from : firstUuidAt(new Date(since).getTime());
  const to = until === undefined ? ALL_IDS.to : firstUuidAt(new Date(until).getTime());
  if (eventUuid === null) return { from, to };
  return intersection({ from, to }, { from: eventUuid, to: successorOf(lastUuidOf(eventUuid)) });
}

function fromPlace(range: IdRange, { direction, boundary }: PagePlace & { readonly boundary: Uuid }): IdRange {
  return intersection(range, restOf(ALL_IDS, direction, boundary));
}

function contradictions(query: EventQuery, filter: HistoryFilter, isNever: boolean): Fault[] {
  const faults: Fault[] = [];
  const { since, until, status_code: code, error_code: error, status } = query;
  const isReversed = since !== undefined && until !== undefined && new Date(since) >= new Date(until);
  if (isReversed) faults.push({ pointer: 'until', detail: 'must be later than since' });
  else if (isNever && filter.isOneEvent) {
    faults.push({ pointer: 'event_id', detail: 'was accepted outside of since and until; omit them' });
  }
  if (possibleStatuses(filter).length === 0) {
    const pointer = code === undefined ? 'error_code' : 'status_code';
    const others = [
      ...(status === undefined ? [] : [`status=${status}`]),
      ...(code === undefined || error === undefined ? [] : [`error_code=${error}`]),
    ];
    faults.push({ pointer, detail: `contradicts ${others.join(' and ')}, so nothing could match; omit one of them` });
  }
  if (filter.isUnreached && asksForDeliveries(filter)) {
    const detail = 'cannot be 0 together with filters that only deliveries can meet; omit one or the other';
    faults.push({ pointer: 'deliveries', detail });
  }
  return faults;
}
