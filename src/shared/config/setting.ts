import { AddressFault, parseDatabaseUrl } from '../database/database-address.js';
import { parseRedisUrl, REDIS_URL_FORMS } from '../redis/redis-address.js';

/** One setting: how its text becomes a value, and what it is when the text is absent. */
export interface Setting<T> {
  readonly name: string;
  readonly doc: string;
  /** As it stands in `.env.example`; undefined means "not set". */
  readonly example: string | undefined;
  /** @throws SettingFault when the text cannot be accepted. */
  readonly parse: (text: string | undefined) => T;
}

/** Says what to change, without repeating the name. */
export class SettingFault extends Error {}

interface Described<T> {
  default: T;
  doc: string;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || Buffer.isBuffer(value)) return undefined;
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', '');
}

/** An empty text counts as "not set", so that `NAME=` in a file is the same as leaving it out. */
function setting<T>(name: string, doc: string, fallback: T, read: (text: string) => T): Setting<T> {
  const parse = (text: string | undefined): T =>
    text === undefined || text.trim() === '' ? fallback : read(text.trim());
  return { name, doc, example: textOf(fallback), parse };
}

export function number(
  name: string,
  options: Described<number> & { min: number; max: number; integer?: boolean },
): Setting<number> {
  const { min, max, integer = true } = options;
  return setting(name, options.doc, options.default, (text) => {
    const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    const isWhole = !integer || Number.isInteger(value);
    if (isWhole && value >= min && value <= max) return value;
    throw new SettingFault(`must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}, not "${text}"`);
  });
}

export function oneOf<T extends string>(name: string, options: Described<T> & { values: readonly T[] }): Setting<T> {
  return setting(name, options.doc, options.default, (text) => {
    const value = options.values.find((each) => each === text);
    if (value !== undefined) return value;
    throw new SettingFault(`must be one of ${options.values.join(', ')}, not "${text}"`);
  });
}

export function text(name: string, options: Described<string> & { pattern?: RegExp; hint?: string }): Setting<string> {
  return setting(name, options.doc, options.default, (value) => {
    if (!options.pattern || options.pattern.test(value)) return value;
    throw new SettingFault(`must be ${options.hint ?? String(options.pattern)}, not "${value}"`);
  });
}

/** A comma-separated list; `accepts` judges each entry. */
export function list(
  name: string,
  options: Described<readonly string[]> & { accepts: (entry: string) => boolean; hint: string },
): Setting<readonly string[]> {
  return setting(name, options.doc, options.default, (value) => {
    const entries = value.split(',').map((entry) => entry.trim());
    const wrong = entries.filter((entry) => !options.accepts(entry));
    if (wrong.length === 0) return entries;
    throw new SettingFault(`must be a comma-separated list of ${options.hint}; not so: ${wrong.join(', ')}`);
  });
}

/** true or false. */
export function flag(name: string, options: Described<boolean>): Setting<boolean> {
  return setting(name, options.doc, options.default, (value) => {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new SettingFault(`must be true or false, not "${value}"`);
  });
}

/** A comma-separated list of TCP ports. */
export function ports(name: string, options: { doc: string }): Setting<readonly number[]> {
  return setting<readonly number[]>(name, options.doc, [], (value) =>
    value.split(',').map((text) => {
      const port = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0;
      if (port >= 1 && port <= 65_535) return port;
      throw new SettingFault(`must be a comma-separated list of ports from 1 to 65535; not so: ${text}`);
    }),
  );
}

/** An address of PostgreSQL. Its text is never repeated in a fault: it may hold a password. */
export function databaseUrl(name: string, options: { doc: string }): Setting<string | undefined> {
  return setting<string | undefined>(name, options.doc, undefined, (value) => {
    try {
      parseDatabaseUrl(value);
      return value;
    } catch (error) {
      throw error instanceof AddressFault ? new SettingFault(error.message) : error;
    }
  });
}

/** An HTTP proxy. Its text is never repeated in a fault: it may hold a password. */
export function proxyUrl(name: string, options: { doc: string }): Setting<string | undefined> {
  return setting<string | undefined>(name, options.doc, undefined, (value) => {
    if (isProxyUrl(value)) return value;
    throw new SettingFault('must be http://host:port, or http://user:password@host:port with both percent-encoded');
  });
}

/** Anything after the port is no part of a proxy, but perhaps of a password that is not encoded. */
function isProxyUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url?.protocol !== 'http:' || !/^http:\/\/[^/\\?#]+\/?$/i.test(value)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

/** An address of Redis. Its text is never repeated in a fault: it may hold a password. */
export function redisUrl(name: string, options: { doc: string }): Setting<string | undefined> {
  return setting<string | undefined>(name, options.doc, undefined, (value) => {
    if (parseRedisUrl(value) !== null) return value;
    throw new SettingFault(`must be ${REDIS_URL_FORMS}`);
  });
}

/** 32 bytes in base64 or hex. Its text is never repeated in a fault. */
export function key(name: string, options: { doc: string }): Setting<Buffer | undefined> {
  return setting<Buffer | undefined>(name, options.doc, undefined, keyOf);
}

/** A comma-separated list of keys. Its text is never repeated in a fault. */
export function keys(name: string, options: { doc: string }): Setting<readonly Buffer[]> {
  return setting<readonly Buffer[]>(name, options.doc, [], (value) =>
    value.split(',').map((each) => keyOf(each.trim())),
  );
}

function keyOf(value: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(value)) return Buffer.from(value, 'hex');
  // Node.js would read any text for base64 and leave out what is none.
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(value)) return Buffer.from(value, 'base64');
  throw new SettingFault('must be 32 bytes in base64 or hex; make one with: openssl rand -base64 32');
}

/** A text that must not be seen: it is never repeated in a fault. */
export function secret(
  name: string,
  options: { doc: string; pattern: RegExp; hint: string },
): Setting<string | undefined> {
  return setting<string | undefined>(name, options.doc, undefined, (value) => {
    if (options.pattern.test(value)) return value;
    throw new SettingFault(`must be ${options.hint}`);
  });
}

/** A TCP port, or none. */
export function optionalPort(name: string, options: { doc: string }): Setting<number | undefined> {
  return setting<number | undefined>(name, options.doc, undefined, (value) => {
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
    throw new SettingFault(`must be a port from 0 to 65535, not "${value}"`);
  });
}
