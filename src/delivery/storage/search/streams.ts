import { STATE } from '../../domain/delivery-state.js';
import { asksForDeliveries, isOpen } from '../../domain/history-filter.js';
import type { Candidates } from './candidates.js';
import { eventsByLabel, eventsByType, eventsInRange, type EventSource, unreachedEvents } from './event-sources.js';
import {
  deliveriesOfEvents,
  deliveriesOfReplay,
  eventRows,
  type Halves,
  historyRows,
  ofEachSubscription,
  ofTenant,
  openRows,
} from './rows.js';

/** What the streams of a search must ask before they are made. Each question is asked when its answer is needed. */
export interface Inquiries {
  /** Event types in the part of the history that the step reads; null if they are too many to be merged. */
  readonly types: () => Promise<readonly string[] | null>;
  /** Subscriptions with unfinished deliveries; null if they are too many to be merged. */
  readonly openSubscriptions: () => Promise<readonly string[] | null>;
}

/**
 * Select failed and cancelled deliveries by their partial indexes. The first condition does not prove the second, so
 * the planner cannot take the one for the other.
 */
const UNSUCCESSFUL_OF_TENANT = `d.tenant_id = $1 and d.state <> ${STATE.delivered}`;
const UNSUCCESSFUL = `d.state > ${STATE.delivered}`;

/** Streams for a list of events. */
export async function eventStreams(c: Candidates, inquiries: Inquiries): Promise<string[]> {
  if (asksForDeliveries(c.filter)) return deliveryStreams(c, inquiries);
  const { text, met } = await eventsFor(c, inquiries);
  return [eventRows(c, text, met)];
}

async function eventsFor(c: Candidates, inquiries: Inquiries): Promise<EventSource> {
  const { isOneEvent = false, isUnreached = false } = c.filter;
  if (isOneEvent) return eventsInRange(c);
  return eventsByLabel(c) ?? (isUnreached ? unreachedEvents(c) : eventsByType(c, await inquiries.types()));
}

/**
 * Streams for a list of deliveries. The most selective source drives the search: a replay, one event, a label,
 * subscriptions, failures, the few unfinished ones, and at last the events by type. The other conditions are checked
 * row by row.
 */
export async function deliveryStreams(c: Candidates, inquiries: Inquiries): Promise<string[]> {
  const { filter, statuses } = c;
  const halves: Halves = { open: statuses.some(isOpen), history: !statuses.every(isOpen) };
  const both = (history: () => string, open: () => string): string[] => [
    ...(halves.history ? [history()] : []),
    ...(halves.open ? [open()] : []),
  ];
  if (filter.replayId !== undefined) return [deliveriesOfReplay(c, filter.replayId, halves)];
  if (filter.isOneEvent) {
    return both(
      () => historyRows(c, [], ofTenant('d')),
      () => openRows(c, [], ofTenant('o')),
    );
  }
  const labelled = eventsByLabel(c);
  if (labelled !== null) return [deliveriesOfEvents(c, labelled.text, labelled.met, halves)];
  const isFailing = !statuses.includes('delivered');
  if (filter.subscriptionIds !== undefined) {
    const ids = filter.subscriptionIds;
    return both(
      () => historyOf(c, ids, isFailing),
      () => openOf(c, ids),
    );
  }
  const streams: string[] = [];
  if (halves.history && isFailing) streams.push(historyRows(c, [], UNSUCCESSFUL_OF_TENANT));
  if (halves.open && (isFailing || !halves.history)) {
    const ids = await inquiries.openSubscriptions();
    streams.push(ids === null ? await byType(c, inquiries, { open: true, history: false }) : openOf(c, ids));
  }
  return streams.length > 0 ? streams : [await byType(c, inquiries, halves)];
}

async function byType(c: Candidates, inquiries: Inquiries, halves: Halves): Promise<string> {
  const { text, met } = eventsByType(c, await inquiries.types());
  return deliveriesOfEvents(c, text, met, halves);
}

/** Served by deliveries_subscription, or for failures by deliveries_subscription_unsuccessful. */
function historyOf(c: Candidates, ids: readonly string[], isFailing: boolean): string {
  const source = `${ofTenant('d')} and d.subscription_id = lane.id${isFailing ? ` and ${UNSUCCESSFUL}` : ''}`;
  return ofEachSubscription(c, ids, historyRows(c, ['subscription'], source));
}

/** Served by open_deliveries_subscription. */
function openOf(c: Candidates, ids: readonly string[]): string {
  return ofEachSubscription(c, ids, openRows(c, ['subscription'], 'o.tenant_id = $1 and o.subscription_id = lane.id'));
}
