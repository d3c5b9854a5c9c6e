import type { Uuid } from '../../shared/ids/uuid.js';
import type { SeenAttempts } from '../domain/failing.js';

/** What minutes say about a subscription. The fields of failures are null if there were none after a success. */
export interface SeenRow {
  readonly id: Uuid;
  readonly tenant_id: string | null;
  readonly has_succeeded: boolean;
  readonly count: number | null;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  readonly hours: number | null;
  readonly status_code: number | null;
  readonly error_code: string | null;
}

export function seenOf(row: SeenRow): SeenAttempts {
  const { count, first_ms: firstMs, last_ms: lastMs, hours } = row;
  if (count === null || firstMs === null || lastMs === null || hours === null) {
    return { hasSucceeded: row.has_succeeded, failures: null };
  }
  const codes = { lastStatusCode: row.status_code, lastErrorCode: row.error_code };
  return { hasSucceeded: row.has_succeeded, failures: { count, firstMs, lastMs, hours, ...codes } };
}
