import { SearchSession } from '../../../src/shared/database/search-session.js';
import { TenantDatabase } from '../../../src/shared/database/tenant-database.js';
import { refuseUnscoped } from '../../support/tenant-scope.js';

/** Every process and every test that loads this module refuses statements that forget their tenant. */
type Run = (this: unknown, tenantId: string, text: string, ...others: unknown[]) => Promise<unknown>;

const methods = TenantDatabase.prototype as unknown as Record<'query' | 'report', Run>;
for (const name of ['query', 'report'] as const) {
  const run = methods[name];
  methods[name] = async function (tenantId, text, ...others) {
    refuseUnscoped(text);
    return run.call(this, tenantId, text, ...others);
  };
}

type RunInSearch = (this: unknown, text: string, ...others: unknown[]) => Promise<unknown>;

const session = SearchSession.prototype as unknown as Record<'query', RunInSearch>;
const runInSearch = session.query;
session.query = async function (text, ...others) {
  refuseUnscoped(text);
  return runInSearch.call(this, text, ...others);
};
