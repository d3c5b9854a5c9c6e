import type { ReportedSetting } from '../../shared/config/settings-report.js';
import type { DatabaseState, TableSize } from '../../shared/database/catalogs.js';
import { MIGRATIONS } from '../../shared/database/migrations/index.js';
import type { KnownProcess, Roster } from '../../shared/processes/process-roster.js';
import { VERSION } from '../../shared/version.js';
import type {
  DatabaseAnswer,
  PartitionDayAnswer,
  ProcessAnswer,
  SystemAnswer,
  TableSizeAnswer,
} from '../dto/system-answer.js';
import type { RedisState } from './redis-servers.js';

/** What was found, and by whom. */
export interface Findings {
  readonly roster: Roster;
  readonly database: DatabaseState;
  readonly tables: readonly TableSize[];
  readonly redis: RedisState;
  readonly settings: readonly ReportedSetting[];
}

export function toSystemAnswer({ roster, database, tables, redis, settings }: Findings): SystemAnswer {
  return {
    version: VERSION,
    schema: {
      version: database.schema,
      applied: database.applied,
      pending: Math.max(0, MIGRATIONS.length - database.applied),
    },
    processes: roster.processes.map(toProcess),
    processes_complete: roster.isComplete,
    database: toDatabase(database, tables),
    redis: {
      state: redis.state,
      version: redis.version,
      used_bytes: redis.usedBytes,
      max_bytes: redis.maxBytes,
      servers: redis.servers,
    },
    settings: settings.map((each) => ({ ...each })),
  };
}

function toProcess({ id, role, version, node, host, pid, startedAt }: KnownProcess): ProcessAnswer {
  return { id, role, version, node_version: node, host, pid, started_at: startedAt };
}

function toDatabase(state: DatabaseState, tables: readonly TableSize[]): DatabaseAnswer {
  return {
    version: state.version,
    size_bytes: state.bytes,
    started_at: state.startedAt.toISOString(),
    connections: state.connections,
    max_connections: state.maxConnections,
    days: daysOf(tables),
    tables: tables.filter(({ parent }) => parent === null).map(toSize),
  };
}

/** Partitions by their day, newest first. Their names end in it. */
export function daysOf(tables: readonly TableSize[]): PartitionDayAnswer[] {
  const partitions = tables.filter(({ parent }) => parent !== null);
  const byDay = Map.groupBy(partitions, ({ name }) => name.slice(-8));
  return [...byDay]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([day, ofDay]) => ({
      day: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
      size_bytes: ofDay.reduce((sum, { bytes }) => sum + bytes, 0),
      tables: ofDay.map((each) => ({ ...toSize(each), name: each.parent ?? each.name })),
    }));
}

function toSize({ name, bytes, rows }: TableSize): TableSizeAnswer {
  return { name, size_bytes: bytes, estimated_rows: rows === null ? null : Math.round(rows) };
}
