/** A measured total, and how much of each thing it paid for. */
export interface Sample<Name extends string> {
  readonly amounts: Readonly<Record<Name, number>>;
  readonly total: number;
}

const MAX_ROUNDS = 200_000;
const PRECISION = 1e-12;

/**
 * Finds the cost of each thing such that all samples are explained with the smallest relative errors, and no cost is
 * negative: non-negative least squares, one cost at a time until nothing changes. Samples must be as many as names, or
 * more.
 */
export function fit<Name extends string>(
  names: readonly Name[],
  samples: readonly Sample<Name>[],
): Record<Name, number> {
  // Each row is divided by its total, so that each explains 1, and each column by its size, so that all weigh the same.
  const rows = samples.filter(({ total }) => total > 0);
  const columns = names.map((name) => rows.map(({ amounts, total }) => amounts[name] / total));
  const sizes = columns.map((column) => Math.sqrt(dot(column, column)));
  const scaled = columns.map((column, j) => column.map((value) => (sizes[j]! > 0 ? value / sizes[j]! : 0)));
  const costs = names.map(() => 0);
  const left = rows.map(() => 1);
  for (let round = 0, largest = 1; round < MAX_ROUNDS && largest > PRECISION; round += 1) {
    largest = 0;
    for (const [j, column] of scaled.entries()) {
      const changed = Math.max(0, costs[j]! + dot(column, left));
      const step = changed - costs[j]!;
      costs[j] = changed;
      for (const [i, value] of column.entries()) left[i]! -= step * value;
      largest = Math.max(largest, Math.abs(step));
    }
  }
  const entries = names.map((name, j) => [name, sizes[j]! > 0 ? costs[j]! / sizes[j]! : 0] as const);
  return Object.fromEntries(entries) as Record<Name, number>;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
