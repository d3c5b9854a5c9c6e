/** All PostgreSQL advisory locks, in one place so that no two share a number. */
export const ADVISORY_LOCKS = {
  /** Processes that start together run migrations one after another. */
  migration: 7_238_451_902,
  /** One process at a time drops expired partitions, which may take a while. */
  retention: 7_238_451_903,
  /** One process at a time creates partitions. Separate from `retention`, because publishers may wait for it. */
  partitions: 7_238_451_905,
  /** Prevents two transactions from removing the last two admin keys at the same time. */
  adminKeys: 7_238_451_904,
  /** One process at a time sums up the history. */
  summing: 7_238_451_906,
  /** One process at a time reviews the health of subscriptions. */
  vitals: 7_238_451_908,
  /** Replays are created one after another, so that each counts those before it. */
  newReplay: 7_238_451_907,
  /** One process at a time decides what is published of announcements. */
  announcing: 7_238_451_980,
} as const;

/** Classes of advisory locks that have one for each tenant: the first of two 32-bit keys. No lock above has two. */
export const TENANT_LOCKS = {
  /** A tenant's replays make one step at a time, so that each sees what the others have sent. */
  replayStep: 723_845,
} as const;
