import type { ClientBase, QueryConfig } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';

/** The client waits longer than the server, so it gives up only if the server has vanished. */
const CLIENT_PATIENCE_MS = 500;

/** Runs a statement of the transaction and returns its rows. */
export type PatientQuery = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * Runs work in one transaction whose statements may each take longer than other calls. Commits if `work` resolves and
 * rolls back if it throws.
 *
 * @param timeoutMs statement timeout
 * @throws an error that `isDatabaseUnavailable` recognizes if a statement takes longer
 */
export async function runPatiently<T>(
  dataSource: DataSource,
  timeoutMs: number,
  work: (query: PatientQuery) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query(`set local statement_timeout = ${timeoutMs}`);
    const result = await work(await queryOf(runner, timeoutMs + CLIENT_PATIENCE_MS));
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

/** Overrides the pool's client-side timeout, which is for short calls. */
async function queryOf(runner: QueryRunner, queryTimeoutMs: number): Promise<PatientQuery> {
  const client = (await runner.connect()) as ClientBase;
  return async <Row extends object>(text: string, values: readonly unknown[] = []) => {
    const config: QueryConfig & { query_timeout: number } = {
      text,
      values: [...values],
      query_timeout: queryTimeoutMs,
    };
    return (await client.query<Row>(config)).rows;
  };
}
