import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { clientOptions } from '../database/client-options.js';
import { AddressFault, parseDatabaseUrl } from '../database/database-address.js';
import { parseRedisUrl, REDIS_URL_FORMS } from '../redis/redis-address.js';

/** Messages follow the name of their setting. They repeat the value, unless it may be a secret. */
function otherThan(expected: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `must be ${expected}, not "${String(input)}"` };
}

/** How the log shows values of a kind. Values of other kinds may be secrets. */
const shownKinds = new WeakMap<object, (value: string) => string>();

function shown<T extends z.ZodType>(kind: T, show: (value: string) => string = String): T {
  shownKinds.set(kind, show);
  return kind;
}

/** What the log shows of a value of a setting. */
export function shownValue(kind: z.ZodType, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const show = showOf(kind);
  if (show === undefined) return '[redacted]';
  return Array.isArray(value) ? value.map((each) => show(String(each))) : show(String(value));
}

/** Looks inside optional kinds, lists and the like. */
function showOf(kind: z.ZodType): ((value: string) => string) | undefined {
  const { innerType, in: given, out, element } = kind.def as Partial<Record<'innerType' | 'in' | 'out' | 'element', z.ZodType>>; // prettier-ignore
  const inner = [innerType, given, out, element].filter((each) => each !== undefined);
  return shownKinds.get(kind) ?? inner.map(showOf).find((show) => show !== undefined);
}

/** A URL without user, password and query. */
function addressOf(url: string): string {
  return url.replace(/^([^:]+:\/\/).*@/, '$1').replace(/[?#].*$/, '');
}

/** A value that messages and the log may show. */
export function text(expected: string, isAccepted: (text: string) => boolean): z.ZodType<string, string> {
  return shown(z.string().refine(isAccepted, otherThan(expected)));
}

export function number(min: number, max: number): z.ZodType<number, string> {
  return numeric(`a number from ${min} to ${max}`, (value) => value >= min && value <= max);
}

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const isAccepted = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  return numeric(`a whole number from ${min} to ${max}`, isAccepted);
}

/** A whole number from 1, or `auto` for the number of CPUs that this process may use. */
export function processCount(max: number): z.ZodType<number, string> {
  const isAccepted = (given: string): boolean => {
    return given === 'auto' || (/^\d+$/.test(given) && Number(given) >= 1 && Number(given) <= max);
  };
  return text(`a whole number from 1 to ${max}, or auto`, isAccepted).transform((given) =>
    given === 'auto' ? Math.min(availableParallelism(), max) : Number(given),
  );
}

function numeric(expected: string, isAccepted: (value: number) => boolean): z.ZodType<number, string> {
  return text(expected, (given) => /^-?\d+(\.\d+)?$/.test(given) && isAccepted(Number(given))).transform(Number);
}

export function oneOf<T extends string>(...values: readonly T[]): z.ZodType<T> {
  return shown(z.enum(values, otherThan(`one of ${values.join(', ')}`)));
}

export function flag(): z.ZodType<boolean, string> {
  return z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive', ...otherThan('true or false') });
}

/** A list of values separated by commas. */
export function list<T>(entry: z.ZodType<T, string>): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((given) => given.split(',').map((each) => each.trim()))
    .pipe(z.array(entry));
}

/** A value that neither messages nor the log show. */
export function secret(expected: string, isAccepted: (text: string) => boolean): z.ZodType<string, string> {
  return z.string().refine(isAccepted, `must be ${expected}`);
}

/** An encryption key of 32 bytes. */
export function key(): z.ZodType<Buffer, string> {
  // Checked here, because Node.js decodes any text as base64 and skips invalid characters.
  const isKey = (given: string): boolean => HEX_KEY.test(given) || /^[A-Za-z0-9+/_-]{43}=?$/.test(given);
  return secret('32 bytes in base64 or hex; make one with: openssl rand -base64 32', isKey).transform((given) =>
    Buffer.from(given, HEX_KEY.test(given) ? 'hex' : 'base64'),
  );
}

const HEX_KEY = /^[0-9a-f]{64}$/i;

export function databaseUrl(): z.ZodType<string, string> {
  const kind = z.string().superRefine((given, context) => {
    try {
      // Also reads the files that it names.
      clientOptions(given, '');
    } catch (error) {
      if (!(error instanceof AddressFault)) throw error;
      context.addIssue(error.message);
    }
  });
  return shown(kind, (given) => {
    const { host, port, database } = parseDatabaseUrl(given);
    return `postgres://${host}:${port}/${database ?? ''}`;
  });
}

export function redisUrl(): z.ZodType<string, string> {
  return shown(
    secret(REDIS_URL_FORMS, (given) => parseRedisUrl(given) !== null),
    addressOf,
  );
}

export function proxyUrl(): z.ZodType<string, string> {
  return shown(
    secret('http://host:port, or http://user:password@host:port with both percent-encoded', isProxyUrl),
    addressOf,
  );
}

/** Refuses text after the port: it may belong to a password that is not percent-encoded. */
function isProxyUrl(given: string): boolean {
  const url = URL.parse(given);
  if (url?.protocol !== 'http:' || !/^http:\/\/[^/\\?#]+\/?$/i.test(given)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}
