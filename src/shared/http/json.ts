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
 * surrogates), numbers out of range, keys that mean something to JavaScript, and nesting without end. Payloads may nest as they
 * like.
 *
 * @throws MalformedJson
 */
export function parseStrictJson(bytes: Buffer): unknown {
  const value = parseJson(bytes);
  refuseUnsafe(value, 0);
  return value;
}

function refuseUnsafe(value: unknown, depth: number): void {
  if (depth > LIMITS.jsonDepth) throw new MalformedJson(`it nests deeper than ${LIMITS.jsonDepth}`);
  if (typeof value === 'string') refuseUnsafeText(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new MalformedJson('a number is out of range');
  if (typeof value !== 'object' || value === null) return;
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
