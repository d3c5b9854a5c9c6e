/** Most headers of its own that a subscription may set, and most characters of a name and of a value. */
export const MAX_OWN_HEADERS = 20;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 1024;

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

/** What is wrong with a header that a subscription wants to be sent along; null when nothing is. */
export function headerFault(name: string, value: unknown): string | null {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name) || name.length > MAX_NAME_LENGTH) {
    return `must be named by 1 to ${MAX_NAME_LENGTH} letters, digits or "-" and the like`;
  }
  if (RESERVED.has(lower) || lower.startsWith('webhook-')) return 'is set by the service; remove it';
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH || !VALUE.test(value)) {
    return `must have a value of 1 to ${MAX_VALUE_LENGTH} printable ASCII characters`;
  }
  return null;
}
