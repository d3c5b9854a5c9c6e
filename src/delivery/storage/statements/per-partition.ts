import { LRUCache } from 'lru-cache';
import type { Statement } from '../../../shared/database/statement.js';

/** More than any retention has days: a wake-up may name a day that never was. */
const MAX_PARTITIONS = 1000;

/**
 * Makes one statement a partition of `events`: to read through the partitioned parent costs a quarter of a whole
 * delivery.
 */
export function perPartition<Values>(
  define: (partition: string) => Statement<Values>,
): (partition: string) => Statement<Values> {
  const statements = new LRUCache<string, Statement<Values>>({ max: MAX_PARTITIONS });
  return (partition) => {
    const known = statements.get(partition) ?? define(partition);
    statements.set(partition, known);
    return known;
  };
}
