import type { Standing } from './primary-history.js';

/** What a look at the replica found. */
export type Finding = Standing | { readonly kind: 'away'; readonly error: unknown };

/** Why reads go to the primary. */
export type Absence = 'away' | 'behind' | 'promoted' | 'other database';

export interface ReplicaState {
  /** Null while reads go to the replica. */
  readonly absence: Absence | null;
  /** Null if it is unknown. */
  readonly lagMs: number | null;
  /** Whether the URL leads to the primary itself. */
  readonly isPrimary: boolean;
}

/** Decides whether to read from the replica. After it fell behind, it must have made up for half of the limit. */
export function stateAfter(before: ReplicaState, finding: Finding, limitMs: number): ReplicaState {
  const isPrimary = finding.kind === 'primary';
  switch (finding.kind) {
    case 'replica': {
      const { lagMs } = finding;
      const isBehind = lagMs > (before.absence === 'behind' ? limitMs / 2 : limitMs);
      return { absence: isBehind ? 'behind' : null, lagMs, isPrimary };
    }
    case 'primary':
      return { absence: null, lagMs: 0, isPrimary };
    case 'incomplete':
      return { absence: 'behind', lagMs: finding.lagMs, isPrimary };
    case 'away':
    case 'promoted':
    case 'other database':
      return { absence: finding.kind, lagMs: null, isPrimary };
  }
}

/** One sentence about what is wrong, without addresses, for the public health endpoint; null if nothing is. */
export function messageOf({ absence, lagMs, isPrimary }: ReplicaState): string | null {
  const toPrimary = 'reads go to the primary';
  switch (absence) {
    case null:
      return isPrimary ? 'DATABASE_READ_URL leads to the primary itself, so nothing is read apart' : null;
    case 'away':
      return `The read replica does not answer; ${toPrimary}`;
    case 'behind': {
      const lag = lagMs === null ? 'too far' : `${Math.round(lagMs / 1000)} s`;
      return `The read replica is ${lag} behind; ${toPrimary}`;
    }
    case 'promoted':
      return `DATABASE_READ_URL leads to a server that accepts writes and is not the primary; ${toPrimary}`;
    case 'other database':
      return `DATABASE_READ_URL leads to another database than DATABASE_URL; ${toPrimary}`;
  }
}
