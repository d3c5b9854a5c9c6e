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

const SECRET_NAME =
  /auth|cookie|token|secret|password|passwd|credential|signature|session|(^|[-_])(key|pin|pwd)([-_]|$)|apikey/i;

/** Whether a header is one of those whose values are credentials, as far as its name tells. */
export function isSecretHeader(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What is wrong with a header that a subscription wants to be sent along; null when nothing is. */
export function headerFault(name: string, value: unknown): string | null {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name) || name.length > LIMITS.headerNameLength) {
    return `must be named by 1 to ${LIMITS.headerNameLength} letters, digits or "-" and the like`;
  }
  if (RESERVED.has(lower) || lower.startsWith('webhook-')) return 'is set by the service; remove it';
  return headerValueFault(value);
}

export function headerValueFault(value: unknown): string | null {
  const isFine = typeof value === 'string' && value.length <= LIMITS.headerValueLength && VALUE.test(value);
  return isFine ? null : `must have a value of 1 to ${LIMITS.headerValueLength} printable ASCII characters`;
}
