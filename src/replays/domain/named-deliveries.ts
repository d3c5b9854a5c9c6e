import type { Uuid } from '../../shared/ids/uuid.js';

interface Named {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly subscriptionId: Uuid;
  /** Null if it was opened with its event, and so before all others. */
  readonly createdAt: Date | null;
}

/** Of deliveries of the same event to the same subscription, the one that was opened last. @returns ids in order */
export function latestOfNamed(deliveries: readonly Named[]): Uuid[] {
  const latest = new Map<string, Named>();
  for (const delivery of deliveries) {
    const key = `${delivery.eventId} ${delivery.subscriptionId}`;
    const known = latest.get(key);
    if (known === undefined || isLater(delivery, known)) latest.set(key, delivery);
  }
  return [...latest.values()].map(({ id }) => id).sort();
}

function isLater(a: Named, b: Named): boolean {
  const [ofA, ofB] = [a, b].map(({ createdAt }) => createdAt?.getTime() ?? 0) as [number, number];
  return ofA === ofB ? a.id > b.id : ofA > ofB;
}
