import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';

/** Parameters of a statement on the deliveries of wake-ups: ids in ascending order, with their attempt counts. */
export function wakeUpParameters(wakeUps: readonly WakeUp[]): { ids: Uuid[]; attemptCounts: number[] } {
  const sorted = wakeUps.toSorted(byDelivery);
  return { ids: sorted.map(({ id }) => id), attemptCounts: sorted.map(({ attemptCount }) => attemptCount) };
}

/** Sorts by delivery, then by attempt count: the statements use the last wake-up of a delivery, the newest. */
function byDelivery(a: WakeUp, b: WakeUp): number {
  if (a.id === b.id) return a.attemptCount - b.attemptCount;
  return a.id < b.id ? -1 : 1;
}
