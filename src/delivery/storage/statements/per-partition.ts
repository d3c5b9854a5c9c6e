import { boundedCache } from '../../../shared/bounded-cache.js';
import type { Statement } from '../../../shared/database/statement.js';

/** More than the days of any retention. A limit is needed because a wake-up may name a day without a partition. */
const MAX_PARTITIONS = 1000;

/**
 * Makes one statement per partition of `events`. Reading through the partitioned parent would cost a quarter of a whole
 * delivery.
 */
export function perPartition<Values>(
  define: (partition: string) => Statement<Values>,
): (partition: string) => Statement<Values> {
  const statements = boundedCache<string, Statement<Values>>(MAX_PARTITIONS);
  return (partition) => {
    const known = statements.get(partition) ?? define(partition);
    statements.set(partition, known);
    return known;
  };
}
