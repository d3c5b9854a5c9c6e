/** A report that is older was made by a process that has ended, or that hangs. */
const REPORT_LIFE = `interval '20 seconds'`;

/** SQL that removes what processes reported that have ended. */
export const FORGET_LANES = `delete from busy_lanes where reported_at < now() - interval '5 minutes'`;

/** The lanes of a subscription in all workers. */
export interface LaneTotals {
  readonly workers: number;
  readonly width: number;
  readonly in_flight: number;
}

/**
 * SQL for rows of `id` and `LaneTotals`, of subscriptions of tenant $1 that have a lane. Served by the primary key.
 *
 * @param ids SQL of an array
 */
export function lanesOf(ids: string): string {
  return `select subscription_id as id, count(*)::int as workers, sum(width)::int as width,
      sum(in_flight)::int as in_flight
    from busy_lanes
    where tenant_id = $1 and subscription_id = any(${ids}) and reported_at > now() - ${REPORT_LIFE}
    group by 1`;
}
