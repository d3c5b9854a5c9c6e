/** Whose data a server has. */
interface Identity {
  /** Made by initdb, and the same in all physical copies. */
  readonly system: string;
  readonly database: string;
  /** Null if there is no schema of the search path. */
  readonly schema: string | null;
}

/** Where a server is in the write-ahead log, and whose data it has. */
export interface Place {
  readonly identity: Identity;
  /** Tells a server from its copies. */
  readonly startedAt: string;
  /** False for a server that accepts writes. */
  readonly isInRecovery: boolean;
  /** Bytes of the log that are written or, in recovery, replayed. Null if nothing has been replayed yet. */
  readonly position: bigint | null;
  /** When the transaction of this look began, in milliseconds since the Unix epoch, by the clock of the server. */
  readonly atMs: number;
  /** When the last transaction that was replayed was committed, by the clock of the primary; null for none. */
  readonly lastCommitAtMs: number | null;
}

export interface PlaceRow {
  readonly system: string;
  readonly database: string;
  readonly schema: string | null;
  readonly started_at: string;
  readonly is_in_recovery: boolean;
  readonly position: string | null;
  readonly at_ms: number;
  readonly last_commit_at_ms: number | null;
}

/** Reads the place of any server. Reads no table, and locks nothing. */
export const LOOK = `select (select system_identifier from pg_control_system())::text as system,
    current_database()::text as database, current_schema()::text as schema,
    pg_postmaster_start_time()::text as started_at, pg_is_in_recovery() as is_in_recovery,
    (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end - '0/0'::pg_lsn)::text
      as position,
    (extract(epoch from now()) * 1000)::float8 as at_ms,
    (extract(epoch from pg_last_xact_replay_timestamp()) * 1000)::float8 as last_commit_at_ms`;

export function placeOf(row: PlaceRow | undefined): Place {
  if (row === undefined) throw new TypeError('A look at a server has no row');
  const { system, database, schema, position } = row;
  return {
    identity: { system, database, schema },
    startedAt: row.started_at,
    isInRecovery: row.is_in_recovery,
    position: position === null ? null : BigInt(position),
    atMs: row.at_ms,
    lastCommitAtMs: row.last_commit_at_ms,
  };
}

/** Says in which way the data are not the same; null if they are. */
export function differenceOf(found: Identity, expected: Identity): string | null {
  const names: Readonly<Record<keyof Identity, string>> = {
    system: 'system identifier',
    database: 'database',
    schema: 'schema',
  };
  for (const [field, name] of Object.entries(names) as [keyof Identity, string][]) {
    if (found[field] !== expected[field]) return `its ${name} is ${found[field]}, not ${expected[field]}`;
  }
  return null;
}
