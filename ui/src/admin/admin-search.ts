/** What the screen keeps in the URL. Filters of the audit log are named as in the API. */
const NAMES = ['section', 'open', 'new', 'cursor', 'action', 'target', 'key_id', 'session_id', 'since', 'until', 'days', 'show'] as const; // prettier-ignore

export type AdminSearch = Partial<Record<(typeof NAMES)[number], string>>;

export function readAdminSearch(given: Record<string, unknown>): AdminSearch {
  const known = NAMES.flatMap((name) => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(known) as AdminSearch;
}
