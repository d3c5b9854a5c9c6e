import { finishedFilter, type HistoryFilter, missingFilter } from '../delivery/index.js';
import type { ReplayOrder } from './domain/replay.js';

/**
 * The search that finds what a replay sends again. Whenever it is made, it finds no more than when the replay was,
 * except by `target_host`, and less if an event was sent since.
 *
 * @throws InvalidInput if the filters contradict each other, so that nothing could ever match
 */
export function searchOf(order: Omit<ReplayOrder, 'deliveryIds' | 'rate'>): HistoryFilter {
  const { kind, filters, subscriptionId, wantedTypes, createdAt } = order;
  if (kind === 'missing' && subscriptionId !== null) {
    const { event_type, event_id, tag, since, until } = filters;
    const fields = Object.fromEntries(
      Object.entries({ event_type, event_id, tag, since, until }).filter(([, value]) => value !== undefined),
    );
    return missingFilter(fields, { subscriptionId, wanted: wantedTypes ?? [], before: createdAt });
  }
  return finishedFilter(kind === 'failed' ? { ...filters, statuses: ['failed'] } : filters, createdAt);
}
