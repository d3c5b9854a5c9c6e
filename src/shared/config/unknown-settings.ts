import { SETTINGS, variableOf } from './setting-list.js';

/** Share of a name's letters that a misspelling of it may have wrong. */
const WRONG_SHARE = 0.3;

/** A variable that looks like one of our settings but is none. */
export interface UnknownSetting {
  readonly given: string;
  /** The setting that was probably meant. */
  readonly nearest: string;
}

/** Finds variables such as MAX_RETRY. Most variables of an environment are for others and do not look like ours. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): UnknownSetting[] {
  const names = Object.keys(SETTINGS.shape).map(variableOf);
  return Object.keys(env).flatMap((given) => {
    if (names.includes(given)) return [];
    const nearest = nearestOf(given, names);
    return nearest === undefined ? [] : [{ given, nearest }];
  });
}

function nearestOf(given: string, names: readonly string[]): string | undefined {
  const similar = names.filter((name) => isLonger(given, name) || isMisspelled(given, name));
  return similar.sort((a, b) => distance(given, a) - distance(given, b))[0];
}

/** Whether words were added to a name of several words, as in WEBHOOK_TIMEOUT_MS. Single words belong to everyone. */
function isLonger(given: string, name: string): boolean {
  return name.includes('_') && given.startsWith(`${name}_`);
}

/** Compares letters only where the lengths allow it: an environment may hold a hundred variables of others. */
function isMisspelled(given: string, name: string): boolean {
  const most = WRONG_SHARE * name.length;
  return Math.abs(given.length - name.length) <= most && distance(given, name) <= most;
}

/** Number of letters to add, remove or replace (Levenshtein), whatever the case. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a.toUpperCase()].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
