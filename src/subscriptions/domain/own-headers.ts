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

/** Anywhere in a name. */
const SECRET_PART =
  /auth|cookie|token|secret|passw|passphrase|passcode|credential|signature|session|bearer|bypass|hmac|(api|app|access|account|admin|client|license|master|private|service|shared|signing|encryption|user)keys?|(access|security|verification|pass|pin)code/;
/** As a word of their own, since `pin` is in `shipping`, too. */
const SECRET_WORD = /^(.*keys?|jwts?|jws|jwe|pins?|pwd|pass|otp|totp|sig|sid|sas|pat|csrf|xsrf)$/;

/**
 * Whether a header is one of those whose values are credentials, as far as its name tells. In doubt it is: what is hidden
 * without need can still be changed, what is shown without need can't be taken back.
 */
export function isSecretHeader(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1-')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return SECRET_PART.test(words.join('')) || words.some((word) => SECRET_WORD.test(word));
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
