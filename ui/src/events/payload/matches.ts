/** Matches that are counted and can be stepped through. */
export const MAX_MATCHES = 1000;

/** A pattern for what somebody looks for, in any case; null for nothing. */
export function patternOf(sought: string): RegExp | null {
  return sought === '' ? null : new RegExp(sought.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'gi');
}

/** Offsets of the matches, at most `MAX_MATCHES`. */
export function matchesIn(text: string, pattern: RegExp | null): number[] {
  const found: number[] = [];
  if (pattern === null) return found;
  for (const { index } of text.matchAll(pattern)) {
    found.push(index);
    if (found.length === MAX_MATCHES) break;
  }
  return found;
}
