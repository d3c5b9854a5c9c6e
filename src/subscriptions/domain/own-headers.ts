import { LIMITS } from '../../shared/limits.js';

/** Replaces hidden values in answers; in requests, it keeps the stored value. */
export const REDACTED = '[redacted]';

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Printable ASCII, with spaces and tabs only inside: every HTTP implementation passes this on unchanged. */
const VALUE = /^[!-~](?:[ -~\t]*[!-~])?$/;

const NAME_RULE = `must have a name of 1 to ${LIMITS.headerNameLength} letters, digits, "-" or other token characters`;

/** Headers that the service or the HTTP connection sets. */
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
  'x-webhook-test',
  'proxy-authorization',
  'proxy-connection',
  'proxy-authenticate',
]);

/** Headers whose values are always shown, because they never contain credentials. */
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
 * Whether the value of a header is shown. All other values are treated as credentials: no list of names can be
 * complete, and a leaked value cannot be taken back.
 *
 * @param shownHeaders names that the client marked as not secret, in lower case
 */
export function isShown(name: string, shownHeaders: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return HARMLESS.has(lower) || shownHeaders.includes(lower);
}

/** Returns what is wrong with `shown_headers`, with pointers into the list. */
export function shownHeadersFaults(names: unknown): { pointer: string; detail: string }[] {
  if (!Array.isArray(names) || names.length > LIMITS.ownHeaders) {
    return [{ pointer: '', detail: `must be a list of at most ${LIMITS.ownHeaders} header names` }];
  }
  return names.flatMap((name, index) =>
    typeof name === 'string' && isName(name) ? [] : [{ pointer: `/${index}`, detail: NAME_RULE }],
  );
}

/** Returns the header that a list contains already, in another spelling; null for the first of its name. */
export function sameHeader(names: readonly string[], index: number): string | null {
  const lower = names[index]?.toLowerCase();
  const first = names.findIndex((name) => name.toLowerCase() === lower);
  return first < index ? (names[first] ?? null) : null;
}

/** Returns what is wrong with a custom header, or null if it is valid. */
export function headerFault(name: string, value: unknown): string | null {
  const lower = name.toLowerCase();
  if (!isName(name)) return NAME_RULE;
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
