import type { ClientBase } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * A search reads a few rows of tables whose statistics are old: today's partition was nearly empty when it was last
 * analyzed, and so was `open_deliveries`. These settings leave the plans that its indexes were made for. Pages cost
 * nothing, so a plan is chosen by the rows that it looks at: otherwise, rows that lie side by side in the order of
 * their ids would seem cheaper than the few that match, and the volume of other tenants would be read along.
 */
const SEARCH_SETTINGS = `set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off;
  set local enable_mergejoin = off; set local seq_page_cost = 0; set local random_page_cost = 0;
  set local max_parallel_workers_per_gather = 0; set local jit = off`;

export const BEGIN_SEARCH = `begin isolation level repeatable read read only; ${SEARCH_SETTINGS}`;

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

/** Runs a search in a transaction that can only read. */
export async function runSearch<T>(
  dataSource: DataSource,
  tenantId: string,
  work: (session: SearchSession) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    try {
      await client.query(BEGIN_SEARCH);
      const result = await work(new SearchSession(client, tenantId));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  } finally {
    await runner.release();
  }
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
