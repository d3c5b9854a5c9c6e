import type { OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import type { Logger } from '../logging/logger.js';
import type { Connections } from './connections.js';
import { QUERY_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './data-source.js';
import { missingDay, type PartitionKeeper } from './partition-keeper.js';
import { SoundPool } from './sound-pool.js';
import type { BoundStatement } from './statement.js';
import { isMissingTable, isStalePlan } from './unavailable.js';

/**
 * `open_deliveries` is nearly empty whenever it is analyzed, so the planner would scan all of it for each batch while
 * it grows. These settings leave only the index that each statement was written for.
 */
const PINNED_PLANS = {
  enable_indexscan: 'on',
  enable_indexonlyscan: 'on',
  enable_nestloop: 'on',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};
/** Maximum repeats of a statement. A group of events around midnight lacks the partitions of at most two days. */
const MAX_REPEATS = 3;

/** The connection pool of the delivery path, separate from that of the REST API. */
export class HotPath implements OnApplicationShutdown {
  private readonly pool: pg.Pool;
  private readonly partitions: Pick<PartitionKeeper, 'makeDay'> | undefined;

  constructor(
    settings: { databaseUrl: string; databasePoolSize: number },
    logger: Logger,
    process: { connections?: Connections; partitions?: Pick<PartitionKeeper, 'makeDay'> } = {},
  ) {
    const { connections, partitions } = process;
    this.partitions = partitions;
    this.pool = new SoundPool({
      databaseUrl: settings.databaseUrl,
      applicationName: 'webhooks-delivery',
      size: settings.databasePoolSize,
      session: { ...PINNED_PLANS, statement_timeout: `${STATEMENT_TIMEOUT_MS}` },
      queryTimeoutMs: QUERY_TIMEOUT_MS,
      ...(connections && { connections }),
    });
    // Without a listener, an error of an idle connection would end the process.
    this.pool.on('error', (error) => {
      logger.warn({ err: error }, 'database.connection_lost');
    });
  }

  /** Runs a prepared statement. */
  async query<Row extends object>({ name, text, values, isOfOneDay }: BoundStatement): Promise<Row[]> {
    for (let repeats = 0; ; repeats += 1) {
      try {
        const result = await this.pool.query<Row>({ name, text, values });
        return result.rows;
      } catch (error) {
        if (isOfOneDay && isMissingTable(error)) return [];
        if (repeats >= MAX_REPEATS || !(await this.mend(error))) throw error;
      }
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /**
   * Creates the partition that a failed statement or transaction lacked.
   *
   * @returns true if the statement had no effect and may succeed when repeated
   */
  async mend(error: unknown): Promise<boolean> {
    if (isStalePlan(error)) return true;
    const dayMs = missingDay(error);
    if (dayMs === null || this.partitions === undefined) return false;
    await this.partitions.makeDay(dayMs);
    return true;
  }
}
