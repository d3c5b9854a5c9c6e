/**
 * Gives each claimed delivery to one of those who asked for it, in their order; null to the others. Two may ask for the
 * same one at once, since a job can come twice: then it is claimed once, and must be sent once.
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
