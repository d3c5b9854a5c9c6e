/**
 * Assigns each claimed delivery to the first request for it. Two requests may ask for the same delivery, because a job
 * can arrive twice. The delivery is then claimed once, and must be sent once.
 *
 * @returns one entry per request, in order; null without a delivery
 */
export function assignClaims<T extends { readonly id: string }>(
  requests: readonly { readonly id: string }[],
  claimed: readonly T[],
): (T | null)[] {
  const left = new Map(claimed.map((each) => [each.id, each]));
  return requests.map(({ id }) => {
    const found = left.get(id) ?? null;
    left.delete(id);
    return found;
  });
}
