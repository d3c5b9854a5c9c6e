/** Form of one of some values or several of them, for the OpenAPI document. */
export function listForm(values: readonly string[]): string {
  const one = `(${values.join('|')})`;
  return `^${one}(,${one})*$`;
}

/** Reads `failed,cancelled`. @returns null if a part is none of the values */
export function readList<T extends string>(text: string, values: readonly T[]): T[] | null {
  const parts = text.split(',').map((part) => part.trim());
  const known = parts.flatMap((part) => values.find((value) => value === part) ?? []);
  return known.length === parts.length ? [...new Set(known)] : null;
}
