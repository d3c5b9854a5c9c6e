/** A statement could have touched rows of other tenants. It was not run. */
export class UnscopedStatement extends Error {
  constructor(fault: string, text: string) {
    super(`A statement ${fault}: ${text}`);
  }
}

/** @throws UnscopedStatement */
export function refuseUnscoped(text: string): void {
  const fault = scopeFault(text);
  if (fault !== null) throw new UnscopedStatement(fault, text);
}

/** Tables whose rows belong to a tenant. */
const TABLES =
  'subscriptions|subscription_versions|events|event_tags|open_deliveries|deliveries|attempts|idempotency_keys|' +
  'delivery_repeats|replayed_deliveries|replays|delivery_stats|ledger_hours|waiting_samples|' +
  'failing_subscriptions|subscription_hours|busy_lanes|announcements|announced_minutes';

/** Any mention of a table, including with a schema, in quotes, or as a daily partition. */
const MENTION = new RegExp(`\\b(?:${TABLES})(?:_\\d{8})?\\b`, 'gi');
/** The only supported ways to name a table. */
const READ = new RegExp(`\\b(?:from|join|update)\\s+(${TABLES})\\b(?!["'.*_(])(?:\\s+(?:as\\s+)?([a-z_]+))?`, 'gi');
const INSERTION = new RegExp(`\\binsert\\s+into\\s+(?:${TABLES})\\b(?!["'.])`, 'gi');
const NO_ALIAS = /^(where|set|on|join|left|right|full|inner|cross|order|group|limit|for|returning|union|using|as)$/i;
/** Syntax that could hide a condition or make a value look like one. */
const UNREADABLE = /--|\/\*|\$\$|\$[a-z_]\w*\$|\bu&["']/i;
const ANY_CONDITION = /\btenant_id = \$1\b/i;

/**
 * Returns why a statement might touch rows of other tenants than $1, or null if it cannot. Each table that is read or
 * changed needs its own `tenant_id = $1`, joined to the other conditions by "and", and must be named in a supported
 * way. An "or" needs its own parentheses. Values written by an INSERT are not checked.
 */
export function scopeFault(text: string): string | null {
  if (UNREADABLE.test(text)) return 'contains a comment or quotation that is not supported';
  const reads = [...text.matchAll(READ)].map(([, table = '', alias]) =>
    alias === undefined || NO_ALIAS.test(alias) ? { table, name: '' } : { table, name: alias },
  );
  const understood = reads.length + [...text.matchAll(INSERTION)].length;
  const mentioned = [...text.matchAll(MENTION)];
  if (mentioned.length > understood) {
    return `names ${mentioned.map(([name]) => name).join(', ')}, not all of them directly after from, join, update or insert into`;
  }
  for (const { table, name } of reads) {
    const column = name === '' ? '(?<![.\\w])tenant_id' : `\\b${name}\\.tenant_id`;
    const condition = new RegExp(`\\b(?:where|and|on)\\s+${column} = \\$1\\b`, 'gi');
    const needed = reads.filter((other) => other.name === name).length;
    if ([...text.matchAll(condition)].length < needed) {
      return `does not limit ${name === '' ? table : `${table} ${name}`} to tenant_id = $1`;
    }
  }
  return hasLooseOr(text) ? 'has an "or" next to tenant_id = $1; put it in its own parentheses' : null;
}

/** Whether an "or" is on the same level of parentheses as a condition on the tenant. */
function hasLooseOr(text: string): boolean {
  return [...text.matchAll(/\bor\b/gi)].some(({ index }) => ANY_CONDITION.test(surroundings(text, index)));
}

/** Returns the text inside the innermost parentheses around a position. */
function surroundings(text: string, at: number): string {
  const end = (from: number, step: 1 | -1): number => {
    const [inner, outer] = step === 1 ? ['(', ')'] : [')', '('];
    let depth = 0;
    for (let place = from; place >= 0 && place < text.length; place += step) {
      if (text[place] === inner) depth += 1;
      if (text[place] === outer && depth-- === 0) return place;
    }
    return step === 1 ? text.length : -1;
  };
  return text.slice(end(at, -1) + 1, end(at, 1));
}
