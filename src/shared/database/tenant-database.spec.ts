import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import '../../../test/faults/preloads/tenant-scope.js';
import { UnscopedStatement } from '../../../test/support/tenant-scope.js';
import { ApiConnections } from './api-connections.js';
import { SearchSession } from './search-session.js';
import { TenantDatabase } from './tenant-database.js';
import type { Tx } from './transaction.js';

describe('the tenant database', () => {
  const run: unknown[] = [];
  const connection = {
    query: (...given: unknown[]) => {
      run.push(given);
      return Promise.resolve([{ one: 1 }]);
    },
    createQueryRunner: () => {
      throw new Error('The statement was run');
    },
  };
  const database = new TenantDatabase(connection as unknown as DataSource, new ApiConnections({ databasePoolSize: 5 }));
  const UNSCOPED = [
    'select 1 from events where id = $2',
    'select 1 from events e, deliveries d where e.tenant_id = $1',
    'select 1 from events where tenant_id = $1 or true',
  ];

  beforeEach(() => run.splice(0));

  it.each(UNSCOPED)('refuses a statement that is not limited to the tenant, in every method: %s', async (text) => {
    await expect(database.query('acme', text, ['x'])).rejects.toThrow(UnscopedStatement);
    await expect(database.query('acme', text, ['x'], connection as unknown as Tx)).rejects.toThrow(UnscopedStatement);
    const session = new SearchSession(connection as unknown as ClientBase, 'acme');
    await expect(session.query(text, ['x'])).rejects.toThrow(UnscopedStatement);
    await expect(database.report('acme', text, ['x'])).rejects.toThrow(UnscopedStatement);
    expect(run).toEqual([]);
  });

  it('runs a statement that is limited to the tenant, and passes the tenant as $1', async () => {
    const text = 'select 1 as one from events where tenant_id = $1 and id = $2';

    expect(await database.query('acme', text, ['x'])).toEqual([{ one: 1 }]);
    expect(run).toEqual([[text, ['acme', 'x']]]);
  });
});
