import type { ClientBase, QueryResult } from 'pg';
import type { ConnectionShares } from './api-connections.js';

/** A share of the connections. */
type Share = 'search' | 'report';

/** What runs statements: a transaction, or a reading that may take place on the replica. */
export interface Reader {
  query<T>(text: string, values?: unknown[]): Promise<T>;
}

/** Reads that may take much of a server. The work may run twice, on two servers, so it must change nothing. */
export interface Reading<T> {
  /** Begins a transaction that can only read. */
  readonly begin: string;
  readonly share: Share;
  readonly work: (client: ClientBase) => Promise<T>;
}

/** Begins a transaction whose statements all see one snapshot. */
export const BEGIN_SNAPSHOT = 'begin isolation level repeatable read read only';

/** Lends a connection of a share, and waits for it if need be. */
export function lendFor<T>(
  shares: ConnectionShares,
  share: Share,
  tenantId: string,
  work: () => Promise<T>,
): Promise<T> {
  return share === 'report' ? shares.lendForReport(tenantId, work) : shares.lendForSearch(tenantId, work);
}

/**
 * Runs work in a transaction that only reads.
 *
 * @param begin statements that begin it; `work` gets the rows of the last one
 */
export async function inTransaction<T>(
  client: ClientBase,
  begin: string,
  work: (rows: readonly unknown[]) => Promise<T>,
): Promise<T> {
  try {
    const opened = (await client.query(begin)) as QueryResult | QueryResult[];
    const result = await work([opened].flat().at(-1)?.rows ?? []);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Runs SQL on a connection, as a transaction does. */
export function readerOn(client: ClientBase): Reader {
  return {
    query: async <T>(text: string, values: unknown[] = []) => (await client.query(text, values)).rows as T,
  };
}
