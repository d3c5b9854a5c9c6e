import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../..');

/** The module that a table belongs to. */
const OWNERS: Readonly<Record<string, string>> = {
  subscriptions: 'subscriptions',
  subscription_versions: 'subscriptions',
  events: 'ingest',
  event_tags: 'ingest',
  idempotency_keys: 'ingest',
  open_deliveries: 'delivery',
  deliveries: 'delivery',
  attempts: 'delivery',
  delivery_repeats: 'delivery',
  replayed_deliveries: 'delivery',
  replays: 'replays',
  delivery_stats: 'stats',
  ledger_hours: 'stats',
  waiting_samples: 'stats',
  stats_progress: 'stats',
  failing_subscriptions: 'vitals',
  subscription_hours: 'vitals',
  vitals_progress: 'vitals',
  busy_lanes: 'delivery',
  announcements: 'announcements',
  announced_minutes: 'announcements',
  tenants: 'access',
  api_keys: 'access',
  audit_log: 'access',
  sessions: 'access',
  portal_sessions: 'access',
};

/** Reads that would cost another round trip for each delivery, or another lock, by the way of the owner's door. */
const READS_BY_OTHERS = [
  // The claim obeys the state of the subscription, and brings the event, in its own statement.
  'delivery/storage reads events',
  // A search follows the indexes of whatever it is asked for, so it is one statement over all tables of the history.
  'delivery/storage reads event_tags',
  'delivery/storage reads subscriptions',
  // An event that very many want is accepted from the rows of those who want it.
  'ingest reads subscriptions',
  'health reads open_deliveries',
];

/** Tables that a text of SQL names, and whether it writes them. */
function usesIn(text: string): { table: string; writes: boolean }[] {
  const uses = [...text.matchAll(/\b(from|join|update|insert\s+into|delete\s+from)\s+([a-z_]+)\b(?!\()/gi)];
  return uses
    .map(([, verb = '', table = '']) => ({ table, writes: /^(update|insert|delete)/i.test(verb) }))
    .filter(({ table }) => table in OWNERS);
}

/** Everything between backticks or quotes. */
function textsIn(code: string): string {
  return [...code.matchAll(/`[^`]*`|'[^'\n]*'/g)].map(([text]) => text).join('\n');
}

const USES = globSync('**/*.ts', { cwd: SOURCE, exclude: ['**/*.spec.ts', '**/migrations/**', 'local/**'] }).flatMap(
  (file) => {
    const [module = ''] = file.split('/');
    const room = file.startsWith('delivery/storage/') ? 'delivery/storage' : module;
    return usesIn(textsIn(readFileSync(join(SOURCE, file), 'utf8'))).map((use) => ({ ...use, file, module, room }));
  },
);

describe('a table', () => {
  it('is written by the module that owns it', () => {
    expect(USES.filter(({ writes }) => writes).length).toBeGreaterThan(20);
    const foreign = USES.filter(({ table, module, writes }) => writes && module !== OWNERS[table]);
    expect(foreign).toEqual([]);
  });

  it('is read by that module, and by those few that have a reason', () => {
    const foreign = USES.filter(({ table, module, writes }) => !writes && module !== OWNERS[table]);
    const reads = new Set(foreign.map(({ room, table }) => `${room} reads ${table}`));
    expect([...reads].sort()).toEqual(READS_BY_OTHERS.toSorted());
  });

  it('of deliveries is named in the storage of the delivery module only', () => {
    const elsewhere = USES.filter(({ module, room }) => module === 'delivery' && room !== 'delivery/storage');
    expect(elsewhere).toEqual([]);
  });
});
