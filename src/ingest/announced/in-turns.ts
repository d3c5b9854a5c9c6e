/**
 * Orders items so that their groups take turns: first the first of each, then the second. Keeps the order in a group.
 */
export function inTurns<Item>(items: readonly Item[], groupOf: (item: Item) => string): Item[] {
  const counts = new Map<string, number>();
  const placed = items.map((item) => {
    const group = groupOf(item);
    const turn = counts.get(group) ?? 0;
    counts.set(group, turn + 1);
    return { item, turn };
  });
  return placed.sort((one, other) => one.turn - other.turn).map(({ item }) => item);
}
