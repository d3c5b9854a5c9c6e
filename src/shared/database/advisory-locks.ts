/** Advisory locks of PostgreSQL, all of them here, since two that share a number would wait for each other. */
export const ADVISORY_LOCKS = {
  /** Processes that start together migrate one after another. */
  migration: 7_238_451_902,
  /** One process at a time drops what is past its time, which may take a while. */
  retention: 7_238_451_903,
  /** And one makes partitions, for which publishers may wait. */
  partitions: 7_238_451_905,
  /** Two must not take the last two admin keys away at once. */
  adminKeys: 7_238_451_904,
} as const;
