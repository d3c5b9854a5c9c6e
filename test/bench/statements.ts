import type { Bed } from './bed.js';

/** Statements of a bed that counts them, one per line, most expensive first. */
export async function describeStatements(bed: Bed): Promise<string> {
  const costs = await bed.query<StatementCost>(STATEMENT_COSTS);
  return costs
    .map(({ text, calls, rows, total_ms, wal_bytes, full_pages }) => {
      const wal = `${Math.round(wal_bytes / 1024)} KB of WAL, ${full_pages} full pages`;
      return `  ${total_ms} ms, ${calls} calls, ${rows} rows, ${wal}: ${text.slice(0, 110)}\n`;
    })
    .join('');
}

interface StatementCost {
  readonly text: string;
  readonly calls: number;
  readonly rows: number;
  readonly total_ms: number;
  readonly wal_bytes: number;
  readonly full_pages: number;
}

const STATEMENT_COSTS = `
  select regexp_replace(left(query, 400), '\\s+', ' ', 'g') as text, calls::int, rows::int,
    round(total_exec_time)::int as total_ms, wal_bytes::bigint::float8 as wal_bytes, wal_fpi::int as full_pages
  from pg_stat_statements where calls > 2 order by total_exec_time desc limit 14`;
