import { isUtf8 } from 'node:buffer';
import { DomainError } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';

export class MalformedJson extends DomainError {
  constructor(detail: string) {
    super('malformed_json', 'malformed', `The body is not acceptable JSON: ${detail}.`);
  }
}

/**
 * Reads JSON from bytes.
 *
 * @throws MalformedJson when it is not UTF-8 or does not parse
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new MalformedJson('it is not UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw new MalformedJson((error as Error).message);
  }
}

/**
 * Reads JSON that this service stores in fields of its own: refuses in addition what PostgreSQL cannot keep (NUL, lone
 * surrogates), numbers that would change, doubled keys, keys that mean something to JavaScript, and nesting without
 * end. Payloads may nest as they like. `secure-json-parse` covers the names alone, with two more passes
 * over the text.
 *
 * @throws MalformedJson
 */
export function parseStrictJson(bytes: Buffer): unknown {
  const value = parseJson(bytes);
  refuseUnsafe(value, 0);
  const text = bytes.toString('utf8');
  refuseRounding(text);
  refuseDoubledKeys(text, value);
  return value;
}

function refuseUnsafe(value: unknown, depth: number): void {
  if (typeof value === 'string') refuseUnsafeText(value);
  if (typeof value === 'number') refuseUnsafeNumber(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= LIMITS.jsonDepth) throw new MalformedJson(`it nests deeper than ${LIMITS.jsonDepth}`);
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor') throw new MalformedJson(`"${key}" can't be a name`);
    refuseUnsafeText(key);
    refuseUnsafe(item, depth + 1);
  }
}

function refuseUnsafeText(text: string): void {
  if (text.includes('\0')) throw new MalformedJson('a string contains NUL');
  if (!text.isWellFormed()) throw new MalformedJson('a string contains a lone surrogate');
}

/** What JavaScript can't hold comes out as another number: beyond 2^53, beyond all bounds, and -0. */
function refuseUnsafeNumber(value: number): void {
  const isSafe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (!isSafe) throw new MalformedJson('a number is out of range; send it as a string');
  if (Object.is(value, -0)) throw new MalformedJson('-0 is not kept: send 0');
}

/**
 * JavaScript keeps some 16 digits, and nothing below 5e-324. What would be read back must be the number that was sent.
 */
function refuseRounding(text: string): void {
  for (const [literal] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs)) {
    if (literal.startsWith('"') || decimal(literal) === decimal(String(Number(literal)))) continue;
    throw new MalformedJson(`a number has more digits than are kept (${literal.slice(0, 40)}); send it as a string`);
  }
}

/** One way to write a number, whichever came: its digits without outer zeros, and the power of ten of the last one. */
function decimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // Not by /0+$/, which begins anew at each zero of a row that another digit follows.
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/**
 * `JSON.parse` keeps the last of several equal keys without a word. In JSON that parses, a string before a colon is a
 * key.
 */
function refuseDoubledKeys(text: string, value: unknown): void {
  let written = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)) if (colon === ':') written += 1;
  if (written > countKeys(value)) throw new MalformedJson('an object has the same key twice');
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return items.reduce<number>((sum, item) => sum + countKeys(item), Array.isArray(value) ? 0 : items.length);
}
