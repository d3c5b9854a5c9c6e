import type { DataSource } from 'typeorm';
import { runPatiently } from './patient-transaction.js';

/** Statement timeout of a report, which reads days of history and may take longer than other calls. */
const TIMEOUT_MS = 30_000;

/**
 * Runs one read-only statement that may take up to 30 seconds.
 *
 * @throws an error that `isDatabaseUnavailable` recognizes if it takes longer
 */
export function runReport<Row extends object>(
  dataSource: DataSource,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return runPatiently(dataSource, TIMEOUT_MS, (query) => query<Row>(text, values));
}
