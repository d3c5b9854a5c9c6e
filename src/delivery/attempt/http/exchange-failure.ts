import { errors } from 'undici';
import { BlockedTarget } from '../../../targets/index.js';
import type { AttemptError, AttemptErrorCode } from '../../domain/attempt-outcome.js';
import { ProxyFailure } from './egress-proxy.js';
import { AnswerWithoutStatus, ExchangeTimeout } from './undici-adapter.js';
import { HeadersTooLong } from './undici-parser.js';

const CODES: Readonly<Record<string, AttemptErrorCode>> = {
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  ENOTFOUND: 'dns_failure',
  ENODATA: 'dns_failure',
  ESERVFAIL: 'dns_failure',
  EAI_AGAIN: 'dns_failure',
  EAI_FAIL: 'dns_failure',
  EAI_NODATA: 'dns_failure',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'response_invalid',
  // undici asserts what its parser should not have let through, such as a status of 99.
  ERR_ASSERTION: 'response_invalid',
};

const INVALID_ANSWERS = [AnswerWithoutStatus, HeadersTooLong, errors.HTTPParserError];

/** Most characters of an error message that are kept. */
const MAX_MESSAGE_LENGTH = 300;

const INTERNAL = 'the attempt failed inside the service; its log says why';

/** Names what went wrong with an exchange that brought no status. */
export function exchangeFailure(error: unknown): AttemptError {
  const code = failureCode(error);
  // Not the receiver's doing, and what it was is no matter of the tenant's: it may name keys and settings.
  if (code === 'internal_error') return { code, message: INTERNAL };
  return { code, message: failureMessage(error).slice(0, MAX_MESSAGE_LENGTH) };
}

function failureCode(error: unknown): AttemptErrorCode {
  if (error instanceof BlockedTarget) return 'blocked_address';
  if (error instanceof ExchangeTimeout) return 'timeout';
  if (error instanceof ProxyFailure) return 'proxy_failure';
  if (INVALID_ANSWERS.some((kind) => error instanceof kind)) return 'response_invalid';
  const { code, cause, errors: each } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  if (typeof code === 'string') {
    const known = CODES[code];
    if (known !== undefined) return known;
    if (isTlsCode(code)) return 'tls_failure';
  }
  // A connection that failed on every address of a host holds one error an address.
  if (Array.isArray(each) && each.length > 0) return failureCode(each[0]);
  return cause === undefined || cause === null ? 'internal_error' : failureCode(cause);
}

/** OpenSSL's own codes, and Node's for certificates that it does not accept. */
function isTlsCode(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code);
}

/** Tenants read it, so it leaves out what Node.js and undici append: the addresses that a name resolves to here. */
function failureMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return failureMessage(error.errors[0]);
  const { syscall, code } = error as { syscall?: unknown; code?: unknown };
  if (syscall === 'connect' && typeof code === 'string') return `connect ${code}`;
  if (error instanceof errors.ConnectTimeoutError) return 'no connection was made in time';
  return error instanceof Error && error.message !== '' ? error.message : 'unknown error';
}
