import { LIMITS } from '../../shared/limits.js';

/** Stands in answers for what is not shown, and in requests for what is to stay as it is. */
export const REDACTED = '[redacted]';

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Printable ASCII and inner blanks: what every HTTP implementation passes on unchanged. */
const VALUE = /^[!-~](?:[ -~\t]*[!-~])?$/;

/** Set by the service or by the connection itself. */
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
  'user-agent',
  'x-event-type',
  'x-webhook-delivery',
  'x-webhook-attempt',
  'proxy-authorization',
  'proxy-connection',
  'proxy-authenticate',
]);

/** Shown to every reader without being named so: they say how to answer, or where a request comes from. */
const HARMLESS = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'content-language',
  'prefer',
  'priority',
  'x-environment',
  'x-region',
  'x-team',
  'x-version',
]);

/**
 * Whether the value of a header is shown. All others are kept as credentials are: no list of names knows them all, and
 * what was shown without need can't be taken back.
 *
 * @param shownHeaders those that the client named harmless, in lower case
 */
export function isShown(name: string, shownHeaders: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return HARMLESS.has(lower) || shownHeaders.includes(lower);
}

/** What is wrong with a list of headers whose values are to be shown; null when nothing is. */
export function shownHeadersFault(names: unknown): string | null {
  const isList = Array.isArray(names) && names.length <= LIMITS.ownHeaders;
  const isFine = isList && names.every((name) => typeof name === 'string' && isName(name));
  return isFine ? null : `must be a list of at most ${LIMITS.ownHeaders} names of headers`;
}

/** What is wrong with a header that a subscription wants to be sent along; null when nothing is. */
export function headerFault(name: string, value: unknown): string | null {
  const lower = name.toLowerCase();
  if (!isName(name)) {
    return `must be named by 1 to ${LIMITS.headerNameLength} letters, digits or "-" and the like`;
  }
  if (RESERVED.has(lower) || lower.startsWith('webhook-')) return 'is set by the service; remove it';
  return headerValueFault(value);
}

export function headerValueFault(value: unknown): string | null {
  const isFine = typeof value === 'string' && value.length <= LIMITS.headerValueLength && VALUE.test(value);
  return isFine ? null : `must have a value of 1 to ${LIMITS.headerValueLength} printable ASCII characters`;
}

function isName(name: string): boolean {
  return name.length <= LIMITS.headerNameLength && TOKEN.test(name);
}
