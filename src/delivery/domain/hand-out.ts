/**
 * Gives each claimed delivery to one of those who asked for it, in their order; null to the others. Two may ask for the same one
 * at once, since a job can come twice: then it is claimed once, and must be sent once.
 */
export function handOut<T extends { readonly id: string }>(
  asked: readonly { readonly id: string }[],
  claimed: readonly T[],
): (T | null)[] {
  const left = new Map(claimed.map((each) => [each.id, each]));
  return asked.map(({ id }) => {
    const found = left.get(id) ?? null;
    left.delete(id);
    return found;
  });
}

/** Of each delivery the wake-up that knows of the most attempts: with an older one beside it, a stale copy could win. */
export function newestOf<T extends { readonly id: string; readonly attemptCount: number }>(wakeUps: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const wakeUp of wakeUps) {
    const known = newest.get(wakeUp.id);
    if (known === undefined || known.attemptCount < wakeUp.attemptCount) newest.set(wakeUp.id, wakeUp);
  }
  return [...newest.values()];
}
