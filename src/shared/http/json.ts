import { isUtf8 } from 'node:buffer';
import { DomainError, type Fault } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';

export class MalformedJson extends DomainError {
  /**
   * @param reason what is wrong with the text
   * @param faults all faults of the request, if there are others
   */
  constructor(
    readonly reason: string,
    faults: readonly Fault[] = [],
  ) {
    super('malformed_json', 'malformed', `The body is not valid JSON: ${reason}.`, faults.length > 1 ? { faults } : {});
  }
}

/** Parses JSON. @throws MalformedJson if the bytes are not UTF-8 or not JSON */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new MalformedJson('it is empty');
  if (!isUtf8(bytes)) throw new MalformedJson('it is not UTF-8');
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new MalformedJson(encodingFault(text) ?? (error as Error).message);
  }
}

/** Says what JSON.parse would say with characters that nobody sees. */
function encodingFault(text: string): string | null {
  if (text.startsWith('\ufeff')) return 'it starts with a byte order mark; send UTF-8 without one';
  return text.includes('\0') ? 'it contains NUL characters; send UTF-8, not UTF-16' : null;
}

/**
 * Parses JSON of which this service stores the fields. Also refuses strings that PostgreSQL cannot store (NUL, lone
 * surrogates), numbers that would lose precision, duplicate keys, keys with a meaning in JavaScript, and deep nesting.
 * None of this applies to payloads, which are stored as bytes. `secure-json-parse` would check only the keys, with two
 * more passes over the text.
 *
 * @throws MalformedJson
 */
export function parseStrictJson(bytes: Buffer): unknown {
  const value = parseJson(bytes);
  refuseUnsafe(value, 0);
  const text = bytes.toString('utf8');
  refuseRounding(text);
  refuseDuplicateKeys(text, value);
  return value;
}

function refuseUnsafe(value: unknown, depth: number): void {
  if (typeof value === 'string') refuseUnsafeText(value);
  if (typeof value === 'number') refuseUnsafeNumber(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= LIMITS.jsonDepth) throw new MalformedJson(`it nests deeper than ${LIMITS.jsonDepth} levels`);
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor') throw new MalformedJson(`"${key}" is not allowed as a key`);
    refuseUnsafeText(key);
    refuseUnsafe(item, depth + 1);
  }
}

function refuseUnsafeText(text: string): void {
  if (text.includes('\0')) throw new MalformedJson('a string contains NUL');
  if (!text.isWellFormed()) throw new MalformedJson('a string contains a lone surrogate');
}

/** Refuses numbers that JavaScript would change: integers beyond 2^53, numbers beyond the largest double, and -0. */
function refuseUnsafeNumber(value: number): void {
  const isSafe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (!isSafe) throw new MalformedJson('a number is out of range; send it as a string');
  if (Object.is(value, -0)) throw new MalformedJson('-0 cannot be stored; send 0');
}

/** Refuses numbers that would not be read back as sent. A double holds about 16 digits, and nothing below 5e-324. */
function refuseRounding(text: string): void {
  for (const [literal] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs)) {
    if (literal.startsWith('"') || decimal(literal) === decimal(String(Number(literal)))) continue;
    const shown = literal.slice(0, 40);
    throw new MalformedJson(`a number has more digits than a double can hold (${shown}); send it as a string`);
  }
}

/** Normalizes a number: its digits without leading and trailing zeros, and the power of ten of the last digit. */
function decimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // A loop, because /0+$/ takes quadratic time on a long run of zeros before another digit.
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/**
 * Refuses duplicate keys, of which `JSON.parse` silently keeps the last. In valid JSON, every string before a colon is
 * a key, so the text must have as many of them as the value has keys.
 */
function refuseDuplicateKeys(text: string, value: unknown): void {
  let written = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)) if (colon === ':') written += 1;
  if (written > countKeys(value)) throw new MalformedJson('an object has the same key twice');
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return items.reduce<number>((sum, item) => sum + countKeys(item), Array.isArray(value) ? 0 : items.length);
}
