const underWay = new Set<string>();

/**
 * Acts on those that nothing acts on yet, if there are any. A key has no button that could be disabled, and a second
 * click on one may come before it is.
 *
 * @param ids of what is acted on
 */
export async function unlessUnderWay(
  ids: readonly string[],
  act: (free: readonly string[]) => Promise<void>,
): Promise<void> {
  const free = ids.filter((id) => !underWay.has(id));
  if (free.length === 0) return;
  for (const id of free) underWay.add(id);
  try {
    await act(free);
  } finally {
    for (const id of free) underWay.delete(id);
  }
}
