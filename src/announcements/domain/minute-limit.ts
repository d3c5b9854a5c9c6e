/** A failure that is due to be announced. */
export interface DueFailure {
  readonly id: string;
  readonly tenant_id: string;
  /** Others for which it stands. */
  readonly omitted: number;
}

/** Failures of a tenant that exceed the limit of the minute. */
export interface HeldFailures<Failure extends DueFailure> {
  /** The one that stands for all of them. */
  readonly last: Failure;
  /** How many others it stands for, those for which the others stood included. */
  readonly omitted: number;
  /** All of them. */
  readonly ids: readonly string[];
}

/** What becomes of due failures. */
interface Divided<Failure extends DueFailure> {
  readonly passed: readonly Failure[];
  readonly held: readonly HeldFailures<Failure>[];
  /** How many of `passed` each tenant has. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Divides failures into those that are announced in this minute, and those that exceed what a tenant is told of in a
 * minute. No failure gets lost: of the latter, the last one is announced later and counts the others.
 *
 * @param failures oldest first
 * @param published how many were announced in this minute already, by tenant
 */
export function withinLimit<Failure extends DueFailure>(
  failures: readonly Failure[],
  published: ReadonlyMap<string, number>,
  limit: number,
): Divided<Failure> {
  const passed: Failure[] = [];
  const counts = new Map<string, number>();
  const exceeding = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { tenant_id: tenantId } = failure;
    const count = counts.get(tenantId) ?? 0;
    const others = exceeding.get(tenantId);
    if (others !== undefined) others.push(failure);
    else if ((published.get(tenantId) ?? 0) + count >= limit) exceeding.set(tenantId, [failure]);
    else {
      passed.push(failure);
      counts.set(tenantId, count + 1);
    }
  }
  return { passed, counts, held: [...exceeding.values()].flatMap(together) };
}

function together<Failure extends DueFailure>(failures: readonly Failure[]): HeldFailures<Failure>[] {
  const last = failures.at(-1);
  if (last === undefined) return [];
  const others = failures.reduce((sum, { omitted }) => sum + omitted, failures.length - 1);
  return [{ last, omitted: others, ids: failures.map(({ id }) => id) }];
}
