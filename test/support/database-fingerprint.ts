import type { TestDatabase } from './test-database.js';

/**
 * Excludes what changes by itself: when a key was last used, the list of migrations, what workers sum up or report, and
 * what the service publishes of its own.
 */
const IGNORED_COLUMNS = ['last_used_at'];
const IGNORED_TABLES = [
  'migrations',
  ...['delivery_stats', 'ledger_hours', 'stats_progress', 'waiting_samples'],
  ...['failing_subscriptions', 'subscription_hours', 'vitals_progress', 'busy_lanes'],
  ...['announcements', 'announced_minutes'],
];

/** Number and MD5 of the rows of every table. If it is the same before and after, nothing has changed. */
export async function fingerprint(database: TestDatabase): Promise<Record<string, string>> {
  const tables = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  const names = tables.map(({ name }) => name).filter((name) => !IGNORED_TABLES.includes(name));
  const ignored = IGNORED_COLUMNS.map((column) => `- '${column}'`).join(' ');
  const parts = names.map(
    (name) => `select '${name}' as name, (select count(*) || ' ' || coalesce(md5(string_agg(row, ',' order by row)), '')
      from (select (to_jsonb(t) ${ignored})::text as row from ${name} t) rows) as rows`,
  );
  const rows = await database.query<{ name: string; rows: string }>(parts.join(' union all '));
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}
