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
  // undici's own assertions fail on responses that its parser lets through, such as one with status 99.
  ERR_ASSERTION: 'response_invalid',
};

const INVALID_ANSWERS = [AnswerWithoutStatus, HeadersTooLong, errors.HTTPParserError];

/** Maximum characters of a stored error message. */
const MAX_MESSAGE_LENGTH = 300;

const INTERNAL_ERROR_MESSAGE = 'the attempt failed inside the service; its log says why';

/** Maps the error of an exchange that ended without a status to an error code and message. */
export function exchangeFailure(error: unknown): AttemptError {
  const code = failureCode(error);
  // This is not the receiver's fault, and the tenant must not see the details: they may contain keys and settings.
  if (code === 'internal_error') return { code, message: INTERNAL_ERROR_MESSAGE };
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
  // When every address of a host has failed, the error holds one error per address.
  if (Array.isArray(each) && each.length > 0) return failureCode(each[0]);
  return cause === undefined || cause === null ? 'internal_error' : failureCode(cause);
}

/** Codes of OpenSSL, and those of Node.js for rejected certificates. */
function isTlsCode(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code);
}

/** Tenants read this message. It omits the addresses that a name resolves to, which Node.js and undici append. */
function failureMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return failureMessage(error.errors[0]);
  const { syscall, code } = error as { syscall?: unknown; code?: unknown };
  if (syscall === 'connect' && typeof code === 'string') return `connect ${code}`;
  if (error instanceof errors.ConnectTimeoutError) return 'no connection was made in time';
  return error instanceof Error && error.message !== '' ? error.message : 'unknown error';
}
