/** Tables whose rows belong to a tenant. */
const TABLES = ['subscriptions', 'events', 'open_deliveries', 'deliveries', 'attempts', 'idempotency_keys'];

const REFERENCE = new RegExp(`\\b(?:from|join|update)\\s+(${TABLES.join('|')})\\b(?:\\s+(?:as\\s+)?([a-z_]+))?`, 'gi');
const NO_ALIAS = /^(where|set|on|join|left|right|full|cross|order|group|limit|for|returning|union|using|as)$/i;

/**
 * The first table of a statement whose rows are not limited to those of the tenant $1, under the name it has there; null when
 * all are. Each mention of a table needs its own `tenant_id = $1`.
 */
export function unscopedTable(text: string): string | null {
  const mentions = [...text.matchAll(REFERENCE)].map(([, table = '', alias]) =>
    alias === undefined || NO_ALIAS.test(alias) ? { table, name: '' } : { table, name: alias },
  );
  for (const { table, name } of mentions) {
    const condition =
      name === '' ? /(?<![.\w])tenant_id = \$1\b/gi : new RegExp(`\\b${name}\\.tenant_id = \\$1\\b`, 'gi');
    const needed = mentions.filter((other) => other.name === name).length;
    if ([...text.matchAll(condition)].length < needed) return name === '' ? table : `${table} ${name}`;
  }
  return null;
}
