import type { OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import type { Logger } from '../logging/logger.js';
import type { Connections } from './connections.js';
import { QUERY_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './data-source.js';
import { missingDay, type PartitionKeeper } from './partition-keeper.js';
import { SoundPool } from './sound-pool.js';
import { isMissingTable, isStalePlan } from './unavailable.js';

/** A statement of the delivery path: prepared once on each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** It reads a partition by its name. Where there is no such partition, there are no such rows. */
  readonly isOfOneDay?: boolean;
}

/**
 * `open_deliveries` is nearly empty whenever it is analysed, so the planner would read all of it for each batch while
 * it grows. These sessions leave it no plan but the index each statement was written for.
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
/** Most repeats of a statement: a group of events around midnight lacks the partitions of two days at most. */
const MAX_REPEATS = 3;

/**
 * An array of ids or numbers as PostgreSQL reads it. The driver would look for characters to escape in each element,
 * and here there are none.
 */
export function plainArray(elements: readonly (string | number | null)[]): string {
  return `{${elements.map((element) => element ?? 'null').join(',')}}`;
}

const NEEDS_ESCAPE = /["\\]/;

/**
 * An array of texts as PostgreSQL reads it; those without anything to escape, which is nearly all, are left as they
 * are.
 */
export function textArray(elements: readonly (string | null)[]): string {
  return `{${elements.map(textElement).join(',')}}`;
}

function textElement(text: string | null): string {
  if (text === null) return 'null';
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/** The connections of the delivery path, apart from those of the REST API. */
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
    // Without a listener, a connection that breaks while idle would end the process.
    this.pool.on('error', (error) => {
      logger.warn({ err: error }, 'database.connection_lost');
    });
  }

  /** Runs a prepared statement. A Buffer travels as binary, everything else as text. */
  async query<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    for (let repeats = 0; ; repeats += 1) {
      try {
        const result = await this.pool.query<Row>({ name: statement.name, text: statement.text, values });
        return result.rows;
      } catch (error) {
        if (statement.isOfOneDay && isMissingTable(error)) return [];
        if (repeats >= MAX_REPEATS || !(await this.mend(error))) throw error;
      }
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /**
   * Makes what a statement, or a transaction, found missing.
   *
   * @returns whether one that failed so has done nothing, and may succeed now
   */
  async mend(error: unknown): Promise<boolean> {
    if (isStalePlan(error)) return true;
    const dayMs = missingDay(error);
    if (dayMs === null || this.partitions === undefined) return false;
    await this.partitions.makeDay(dayMs);
    return true;
  }
}
