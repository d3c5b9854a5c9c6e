import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import type { LocalServer } from '../../src/local/local-server.js';

/**
 * Starts PostgreSQL on a copy of the cluster that a run of tests has prepared, which has the schema already; on an empty
 * one where none has. All copies are one server by their system identifier.
 */
export function startPreparedPostgres(options: Parameters<typeof startEmbeddedPostgres>[0]): Promise<LocalServer> {
  return startEmbeddedPostgres({ ...options, copied: process.env['TEST_CLUSTER'] });
}
