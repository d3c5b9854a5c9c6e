/** The parameters of a URL that a screen knows, if they say anything. */
export function knownSearch<N extends string>(
  given: Readonly<Record<string, unknown>>,
  names: readonly N[],
): Partial<Record<N, string>> {
  const entries = names.flatMap((name) => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(entries) as Partial<Record<N, string>>;
}
