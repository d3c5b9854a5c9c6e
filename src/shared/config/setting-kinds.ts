import { z } from 'zod';
import { clientOptions } from '../database/client-options.js';
import { AddressFault } from '../database/database-address.js';
import { parseRedisUrl, REDIS_URL_FORMS } from '../redis/redis-address.js';

/** Messages follow the name of their setting. They repeat the value, unless it may be a secret. */
function otherThan(expected: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `must be ${expected}, not "${String(input)}"` };
}

export function text(expected: string, isAccepted: (text: string) => boolean): z.ZodType<string, string> {
  return z.string().refine(isAccepted, otherThan(expected));
}

export function number(min: number, max: number): z.ZodType<number, string> {
  return numeric(`a number from ${min} to ${max}`, (value) => value >= min && value <= max);
}

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const isAccepted = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  return numeric(`a whole number from ${min} to ${max}`, isAccepted);
}

function numeric(expected: string, isAccepted: (value: number) => boolean): z.ZodType<number, string> {
  return text(expected, (given) => /^-?\d+(\.\d+)?$/.test(given) && isAccepted(Number(given))).transform(Number);
}

export function oneOf<T extends string>(...values: readonly T[]): z.ZodType<T> {
  return z.enum(values, otherThan(`one of ${values.join(', ')}`));
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

/** A value that no message repeats. */
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
  return z.string().superRefine((given, context) => {
    try {
      // Also reads the files that it names.
      clientOptions(given, '');
    } catch (error) {
      if (!(error instanceof AddressFault)) throw error;
      context.addIssue(error.message);
    }
  });
}

export function redisUrl(): z.ZodType<string, string> {
  return secret(REDIS_URL_FORMS, (given) => parseRedisUrl(given) !== null);
}

export function proxyUrl(): z.ZodType<string, string> {
  return secret('http://host:port, or http://user:password@host:port with both percent-encoded', isProxyUrl);
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
