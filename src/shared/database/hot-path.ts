import type { OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import type { Logger } from '../logging/logger.js';
import { CONNECT_TIMEOUT_MS, QUERY_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './data-source.js';

/** A statement of the delivery path: prepared once on each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * `open_deliveries` is nearly empty whenever it is analysed, so the planner would read all of it for each batch while it
 * grows. These sessions leave it no plan but the index each statement was written for.
 */
const PINNED_PLANS = ['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin'].map(
  (name) => `-c ${name}=off`,
);
const SESSION_OPTIONS = [
  ...PINNED_PLANS,
  '-c plan_cache_mode=force_generic_plan',
  '-c jit=off',
  `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
].join(' ');

/**
 * An array of ids or numbers as PostgreSQL reads it. The driver would look for characters to escape in each element, and
 * here there are none.
 */
export function plainArray(elements: readonly (string | number | null)[]): string {
  return `{${elements.map((element) => element ?? 'null').join(',')}}`;
}

const NEEDS_ESCAPE = /["\\]/;

/** An array of texts as PostgreSQL reads it; those without anything to escape, which is nearly all, are left as they are. */
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

  constructor(settings: { databaseUrl: string; databasePoolSize: number }, logger: Logger) {
    this.pool = new pg.Pool({
      connectionString: settings.databaseUrl,
      max: settings.databasePoolSize,
      options: SESSION_OPTIONS,
      application_name: 'webhooks-delivery',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    // Without a listener, a connection that breaks while idle would end the process.
    this.pool.on('error', (error) => {
      logger.warn({ err: error }, 'database.connection_lost');
    });
  }

  /** Runs a prepared statement. A Buffer travels as binary, everything else as text. */
  async query<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const result = await this.pool.query<Row>({ name: statement.name, text: statement.text, values });
    return result.rows;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
