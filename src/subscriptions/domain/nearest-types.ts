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

/**
 * Levenshtein distance; `max` + 1 if it is more than `max`. Looks only at the cells within `max` of the diagonal, and
 * not at what both texts begin and end with, so that even the longest types cost some microseconds.
 */
function edits(left: string, right: string, max: number): number {
  const tooMany = max + 1;
  if (Math.abs(left.length - right.length) > max) return tooMany;
  const [a, b] = differingParts(left, right);
  let previous = Uint8Array.from({ length: b.length + 2 }, (_, j) => Math.min(j, tooMany));
  let current = new Uint8Array(b.length + 2);
  for (let i = 1; i <= a.length; i += 1) {
    const first = Math.max(1, i - max);
    const last = Math.min(b.length, i + max);
    current[first - 1] = first === 1 ? Math.min(i, tooMany) : tooMany;
    let least = current[first - 1] ?? tooMany;
    for (let j = first; j <= last; j += 1) {
      const replaced = (previous[j - 1] ?? tooMany) + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      const cost = Math.min(replaced, (previous[j] ?? tooMany) + 1, (current[j - 1] ?? tooMany) + 1, tooMany);
      current[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > max) return tooMany;
    // The next row looks one cell further.
    current[last + 1] = tooMany;
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? tooMany;
}

/** Both texts without their common beginning and end. */
function differingParts(a: string, b: string): [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
