/**
 * SQL for the summed-up deliveries of a tenant by the hour in which their event was accepted.
 *
 * @param from SQL for the first hour since the Unix epoch
 * @param to SQL for the hour after the last
 */
export function summedByHour(from: string, to: string): string {
  return `select hour, accepted, delivered, failed, cancelled from ledger_hours
    where tenant_id = $1 and hour >= ${from} and hour < ${to}`;
}
