/** Maximum number of suggestions. */
const SHOWN = 3;
/** Maximum edits between an event type and a pattern that is suggested for it. */
const MAX_EDITS = 3;
/** At least this many characters for each edit, or short types would all resemble each other. */
const CHARACTERS_PER_EDIT = 3;

/**
 * The patterns that a publisher most likely meant by an event type that none of them matches: those with few other
 * letters, or else those that begin with the same word, or else any.
 */
export function nearestPatterns(eventType: string, patterns: readonly string[]): string[] {
  const given = eventType.toLowerCase();
  const max = Math.min(MAX_EDITS, Math.floor(given.length / CHARACTERS_PER_EDIT));
  const similar = patterns
    .map((pattern) => ({ pattern, edits: edits(given, completed(pattern.toLowerCase(), given), max) }))
    .filter((each) => each.edits <= max)
    .sort((a, b) => a.edits - b.edits || (a.pattern < b.pattern ? -1 : 1));
  // What is much further away than the nearest was not meant.
  const nearest = similar.filter((each) => each.edits <= (similar[0]?.edits ?? 0) + 1).map(({ pattern }) => pattern);
  const related = patterns.filter((pattern) => firstWord(pattern.toLowerCase()) === firstWord(given));
  const [found = patterns] = [nearest, related].filter(({ length }) => length > 0);
  return found.slice(0, SHOWN);
}

function firstWord(text: string): string {
  return text.split('.', 1)[0] ?? '';
}

/** For `order.*`, the type below `order.` that the given one may have meant. */
function completed(pattern: string, given: string): string {
  if (!pattern.endsWith('.*')) return pattern;
  const words = pattern.slice(0, -2).split('.');
  return [...words, ...given.split('.').slice(words.length)].join('.');
}

/** Levenshtein distance; `max` + 1 if it is more than `max`. Costs the shorter text times `max`. */
function edits(a: string, b: string, max: number): number {
  const tooMany = max + 1;
  if (Math.abs(a.length - b.length) > max) return tooMany;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => Math.min(j, tooMany));
  for (let i = 1; i <= a.length; i += 1) {
    const current = new Array<number>(b.length + 1).fill(tooMany);
    if (i <= max) current[0] = i;
    let least = current[0] ?? tooMany;
    for (let j = Math.max(1, i - max); j <= Math.min(b.length, i + max); j += 1) {
      const replaced = (previous[j - 1] ?? tooMany) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(replaced, (previous[j] ?? tooMany) + 1, (current[j - 1] ?? tooMany) + 1, tooMany);
      current[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > max) return tooMany;
    previous = current;
  }
  return previous[b.length] ?? tooMany;
}
