import type { QueryConfig } from 'pg';
import type { Reading } from './reading.js';

/** Statement timeout of a report, which reads days of history and may take longer than other calls. */
const TIMEOUT_MS = 30_000;
/** The client waits longer than the server, so it gives up only if the server has vanished. */
const CLIENT_PATIENCE_MS = 500;

/** One statement that only reads and may take up to 30 seconds. */
export function reportOf<Row extends object>(text: string, values: readonly unknown[]): Reading<Row[]> {
  // Overrides the pool's client-side timeout, which is for short calls.
  const config: QueryConfig & { query_timeout: number } = {
    text,
    values: [...values],
    query_timeout: TIMEOUT_MS + CLIENT_PATIENCE_MS,
  };
  return {
    begin: `begin read only; set local statement_timeout = ${TIMEOUT_MS}`,
    share: 'report',
    work: async (client) => (await client.query<Row>(config)).rows,
  };
}
