import type { ClientBase, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';

/** A report reads days of history, so it may take longer than other calls. */
const TIMEOUT_MS = 30_000;
/** Its caller waits longer than PostgreSQL works on it: only a server that is gone gives no answer by then. */
const PATIENCE_MS = TIMEOUT_MS + 500;

/**
 * Runs one reading statement that may take up to half a minute.
 *
 * @throws what `isDatabaseUnavailable` knows when it takes longer
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
    // The limit that the pool sets on the client's side is for short calls.
    const client = (await runner.connect()) as ClientBase;
    const report: QueryConfig & { query_timeout: number } = { text, values: [...values], query_timeout: PATIENCE_MS };
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
