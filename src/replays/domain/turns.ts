/** Lets tenants take turns: first one replay of each, in the given order, then a second one of each, and so on. */
export function inTurns<T extends { readonly tenantId: string }>(replays: readonly T[]): T[] {
  const rounds: T[][] = [];
  const placed = new Map<string, number>();
  for (const replay of replays) {
    const round = placed.get(replay.tenantId) ?? 0;
    placed.set(replay.tenantId, round + 1);
    (rounds[round] ??= []).push(replay);
  }
  return rounds.flat();
}
