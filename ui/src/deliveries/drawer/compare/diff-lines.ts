import { INDENTED, type JsonStyle, writeJson } from '../../../lib/write-json';

/** Lines of two texts beside each other; null where one has nothing that corresponds. */
export interface LinePair {
  readonly first: string | null;
  readonly second: string | null;
}

/** The search below takes time and memory by the product of both. More lines are compared one by one. */
const MAX_LINES = 500;

/** Puts the lines that two texts have in common beside each other, as `diff` does. */
export function diffLines(first: string, second: string): LinePair[] {
  const [before, after] = [linesOf(first), linesOf(second)];
  if (before.length > MAX_LINES || after.length > MAX_LINES) return besideEachOther(before, after);
  const lengths = commonLengths(before, after);
  const pairs: LinePair[] = [];
  let [one, other] = [0, 0];
  const gap: { first: string[]; second: string[] } = { first: [], second: [] };
  const closeGap = (): void => {
    pairs.push(...besideEachOther(gap.first.splice(0), gap.second.splice(0)));
  };
  while (one < before.length || other < after.length) {
    const [line = null, otherLine = null] = [before[one], after[other]];
    if (line !== null && line === otherLine) {
      closeGap();
      pairs.push({ first: line, second: line });
      one += 1;
      other += 1;
    } else if (line !== null && (otherLine === null || at(lengths, one + 1, other) >= at(lengths, one, other + 1))) {
      gap.first.push(line);
      one += 1;
    } else if (otherLine !== null) {
      gap.second.push(otherLine);
      other += 1;
    }
  }
  closeGap();
  return pairs;
}

/** JSON is compared by its members, however it is laid out. Numbers stay as written: doubles would lose digits. */
function linesOf(text: string): string[] {
  return text === '' ? [] : (writeJson(text, MEMBERS) ?? text).split(/\r?\n/);
}

const MEMBERS: JsonStyle = { ...INDENTED, string: evenlyEscaped };

/** The same characters have the same escapes, whichever were written. */
function evenlyEscaped(written: string): string {
  return JSON.stringify(JSON.parse(`"${written}"`)).slice(1, -1);
}

function besideEachOther(first: readonly string[], second: readonly string[]): LinePair[] {
  return Array.from({ length: Math.max(first.length, second.length) }, (_, index) => ({
    first: first[index] ?? null,
    second: second[index] ?? null,
  }));
}

/** How many lines the rests of both have in common, from each pair of lines on. */
function commonLengths(first: readonly string[], second: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: first.length + 1 }, () => new Uint16Array(second.length + 1));
  for (let one = first.length - 1; one >= 0; one -= 1) {
    const row = lengths[one];
    if (row === undefined) continue;
    for (let other = second.length - 1; other >= 0; other -= 1) {
      row[other] =
        first[one] === second[other]
          ? at(lengths, one + 1, other + 1) + 1
          : Math.max(at(lengths, one + 1, other), at(lengths, one, other + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly Uint16Array[], one: number, other: number): number {
  return lengths[one]?.[other] ?? 0;
}
