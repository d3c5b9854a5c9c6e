import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import { BEGIN_SNAPSHOT, type Reading } from './reading.js';

/**
 * A search reads a few rows of tables whose statistics are old: today's partition was nearly empty when it was last
 * analyzed, and so was `open_deliveries`. These settings leave the plans that its indexes were made for. Pages cost
 * nothing, so a plan is chosen by the rows that it looks at: otherwise, rows that lie side by side in the order of
 * their ids would seem cheaper than the few that match, and the volume of other tenants would be read along.
 */
const SEARCH_SETTINGS = `set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off;
  set local enable_mergejoin = off; set local seq_page_cost = 0; set local random_page_cost = 0;
  set local max_parallel_workers_per_gather = 0; set local jit = off`;

export const BEGIN_SEARCH = `${BEGIN_SNAPSHOT}; ${SEARCH_SETTINGS}`;

/** The statements of one search, which see the same snapshot. */
export class SearchSession {
  constructor(
    private readonly client: Pick<ClientBase, 'query'>,
    private readonly tenantId: string,
  ) {}

  /** Runs SQL in which $1 is the tenant; `values` start at $2. */
  async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.client.query<Row>(text, [this.tenantId, ...values])).rows;
  }
}

/** A search of a tenant's history. */
export function searchOf<T>(tenantId: string, work: (session: SearchSession) => Promise<T>): Reading<T> {
  return { begin: BEGIN_SEARCH, share: 'search', work: (client) => work(new SearchSession(client, tenantId)) };
}

/**
 * Runs a search as a part of a transaction that acts on what it finds. Each statement has its own snapshot, and the
 * settings hold until the transaction ends.
 */
export async function searchWithin<T>(
  tx: Pick<EntityManager, 'query'>,
  tenantId: string,
  work: (session: SearchSession) => Promise<T>,
): Promise<T> {
  await tx.query(SEARCH_SETTINGS);
  const client = {
    query: async (text: string, values: unknown[]) => ({ rows: await tx.query<object[]>(text, values) }),
  };
  return work(new SearchSession(client as unknown as Pick<ClientBase, 'query'>, tenantId));
}
