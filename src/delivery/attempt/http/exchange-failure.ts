import { errors } from 'undici';
import { BlockedTarget } from '../../../targets/index.js';
import type { AttemptError, AttemptErrorCode } from '../../domain/attempt-outcome.js';
import { ProxyFailure } from './egress-proxy.js';
import { type CodedFailure, sentenceFor } from './failure-sentences.js';
import { ConnectTimeout } from './target-connector.js';
import { AnswerWithoutStatus, ExchangeTimeout } from './undici-adapter.js';
import { HeadersTooLong, UnexpectedUpgrade } from './undici-parser.js';

const CODES: Readonly<Record<string, CodedFailure>> = {
  ETIMEDOUT: 'timeout',
  ETIMEOUT: 'timeout',
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
  ERR_ASSERTION: 'response_invalid',
};

/** Errors of our own whose message is already a sentence for tenants. */
const OWN: readonly (readonly [kind: abstract new (...args: never[]) => Error, code: AttemptErrorCode])[] = [
  [ExchangeTimeout, 'timeout'],
  [ConnectTimeout, 'timeout'],
  [ProxyFailure, 'proxy_failure'],
  [AnswerWithoutStatus, 'response_invalid'],
  [HeadersTooLong, 'response_invalid'],
  [UnexpectedUpgrade, 'response_invalid'],
];

/** Maximum characters of a stored error message. */
const MAX_MESSAGE_LENGTH = 300;

const INTERNAL_ERROR: AttemptError = {
  code: 'internal_error',
  message: 'the attempt failed inside the service; its log says why',
};

/** Maps the error of an exchange that ended without a status to an error code and a sentence. */
export function exchangeFailure(error: unknown): AttemptError {
  // Anything unknown is not the receiver's fault, and the tenant must not see it: it may contain keys and settings.
  const { code, message } = failureOf(error) ?? INTERNAL_ERROR;
  return { code, message: message.slice(0, MAX_MESSAGE_LENGTH) };
}

function failureOf(error: unknown): AttemptError | null {
  if (error instanceof BlockedTarget) return { code: 'blocked_address', message: `the target_url ${error.message}` };
  const own = OWN.find(([kind]) => error instanceof kind);
  if (own !== undefined) return { code: own[1], message: (error as Error).message };
  const code = codeOf(error);
  const failure = code === null ? null : codedFailure(code);
  if (failure !== null) return { code: failure, message: sentenceFor(failure, code) };
  if (error instanceof errors.HTTPParserError) {
    return { code: 'response_invalid', message: sentenceFor('response_invalid', null) };
  }
  const { cause, errors: each } = error as { cause?: unknown; errors?: unknown[] };
  // When every address of a host has failed, the error holds one error per address.
  for (const one of Array.isArray(each) ? each : []) {
    const first = failureOf(one);
    if (first !== null) return first;
  }
  return cause === undefined || cause === null ? null : failureOf(cause);
}

function codeOf(error: unknown): string | null {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string') return null;
  // Without a system call, it was a look-up that timed out. c-ares names that differently.
  return code === 'ETIMEDOUT' && syscall === undefined ? 'ETIMEOUT' : code;
}

function codedFailure(code: string): CodedFailure | null {
  const known = CODES[code];
  if (known !== undefined) return known;
  // Codes of the HTTP parser.
  if (code.startsWith('HPE_')) return 'response_invalid';
  return isTlsCode(code) ? 'tls_failure' : null;
}

/** Beginnings of the codes of OpenSSL, and of those of Node.js for rejected certificates. */
const TLS_CODE = new RegExp(
  '^(ERR_SSL|ERR_TLS|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|' +
    'INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO|UNSPECIFIED$)',
);

function isTlsCode(code: string): boolean {
  return TLS_CODE.test(code);
}
