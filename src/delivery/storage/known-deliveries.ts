import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';

/** Deliveries, sorted by id, with their attempt counts, as the statements take them. */
export function knownDeliveries(wakeUps: readonly WakeUp[]): { ids: Uuid[]; attemptCounts: number[] } {
  const sorted = wakeUps.toSorted(byDelivery);
  return { ids: sorted.map(({ id }) => id), attemptCounts: sorted.map(({ attemptCount }) => attemptCount) };
}

/** Of two wake-ups for one delivery, the one that knows of more attempts counts: it comes last. */
function byDelivery(a: WakeUp, b: WakeUp): number {
  if (a.id === b.id) return a.attemptCount - b.attemptCount;
  return a.id < b.id ? -1 : 1;
}
