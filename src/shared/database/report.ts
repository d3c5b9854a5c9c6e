import type { ClientBase, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';

/** Statement timeout of a report, which reads days of history and may take longer than other calls. */
const TIMEOUT_MS = 30_000;
/** The client waits longer than the statement timeout, so it gives up only if the server has vanished. */
const QUERY_TIMEOUT_MS = TIMEOUT_MS + 500;

/**
 * Runs one read-only statement that may take up to 30 seconds.
 *
 * @throws an error that `isDatabaseUnavailable` recognizes if it takes longer
 */
export async function runReport<Row extends object>(
  dataSource: DataSource,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query(`set local statement_timeout = ${TIMEOUT_MS}`);
    // Overrides the pool's client-side timeout, which is for short calls.
    const client = (await runner.connect()) as ClientBase;
    const report: QueryConfig & { query_timeout: number } = {
      text,
      values: [...values],
      query_timeout: QUERY_TIMEOUT_MS,
    };
    const { rows } = await client.query<Row>(report);
    await runner.commitTransaction();
    return rows;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
