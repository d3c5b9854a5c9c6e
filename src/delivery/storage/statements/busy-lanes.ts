/** A report that is older was made by a process that has ended, or that hangs. */
export const REPORT_LIFE = `interval '20 seconds'`;

/** SQL that removes what processes reported that have ended. */
export const FORGET_LANES = `delete from busy_lanes where reported_at < now() - interval '5 minutes'`;
