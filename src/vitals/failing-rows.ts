import type { Uuid } from '../shared/ids/uuid.js';
import type { Failing, FailureCount } from './domain/failing.js';

/** A row of `failing_subscriptions`. Times are in milliseconds since the Unix epoch. */
export interface FailingRow {
  readonly id: Uuid;
  readonly tenant_id: string;
  readonly since_ms: number;
  readonly last_ms: number;
  readonly failures: number;
  readonly status_code: number | null;
  readonly error_code: string | null;
  readonly target_digest: string;
  readonly is_announced: boolean;
  readonly counted_from: number | null;
  readonly counted_to: number | null;
  readonly counted_failures: number | null;
  readonly counted_hours: number | null;
  readonly stage: number;
}

const ms = (column: string): string => `date_part('epoch', ${column}) * 1000`;

/** SQL for the columns of a `FailingRow`. */
export const FAILING_COLUMNS = `subscription_id as id, tenant_id, ${ms('failing_since')} as since_ms,
    ${ms('last_failed_at')} as last_ms, failures::float8 as failures, last_status_code as status_code,
    last_error_code as error_code, target_digest, is_announced, counted_from, counted_to,
    counted_failures::float8 as counted_failures, counted_hours, stage`;

export function failingOf(row: FailingRow): Failing {
  return {
    sinceMs: row.since_ms,
    lastMs: row.last_ms,
    failures: row.failures,
    lastStatusCode: row.status_code,
    lastErrorCode: row.error_code,
    targetDigest: row.target_digest,
    isAnnounced: row.is_announced,
    count: countOf(row),
  };
}

function countOf(row: FailingRow): FailureCount | null {
  const { counted_from: fromSeconds, counted_to: toSeconds, counted_failures: failures, counted_hours: hours } = row;
  if (fromSeconds === null || toSeconds === null || failures === null || hours === null) return null;
  return { fromSeconds, toSeconds, failures, hours, stage: row.stage };
}

export function rowOf(id: Uuid, tenantId: string, failing: Failing): FailingRow {
  return {
    id,
    tenant_id: tenantId,
    since_ms: failing.sinceMs,
    last_ms: failing.lastMs,
    failures: failing.failures,
    status_code: failing.lastStatusCode,
    error_code: failing.lastErrorCode,
    target_digest: failing.targetDigest,
    is_announced: failing.isAnnounced,
    counted_from: failing.count?.fromSeconds ?? null,
    counted_to: failing.count?.toSeconds ?? null,
    counted_failures: failing.count?.failures ?? null,
    counted_hours: failing.count?.hours ?? null,
    stage: failing.count?.stage ?? 0,
  };
}
