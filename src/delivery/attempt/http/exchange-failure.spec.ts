import { errors } from 'undici';
import { BlockedTarget } from '../../../targets/index.js';
import { ProxyFailure } from './egress-proxy.js';
import { exchangeFailure } from './exchange-failure.js';
import { ConnectTimeout } from './target-connector.js';
import { AnswerWithoutStatus, ExchangeTimeout } from './undici-adapter.js';
import { HeadersTooLong, UnexpectedUpgrade } from './undici-parser.js';

const RAW = 'raw text of a library: C0:SSL routines:../deps/openssl/ssl/record.c:355 10.0.0.7';
const coded = (code: string, more: object = {}): Error => Object.assign(new Error(RAW), { code, ...more });
const connecting = (code: string): Error => coded(code, { syscall: 'connect', address: '10.0.0.7' });

/** Every kind of error that an exchange can end with. */
const FAILURES: readonly (readonly [error: unknown, code: string, says: RegExp])[] = [
  [connecting('ECONNREFUSED'), 'connection_refused', /^the receiver refused the connection; .* \(ECONNREFUSED\)$/],
  [connecting('EHOSTUNREACH'), 'connection_refused', /^the network has no route to the receiver/],
  [connecting('ENETUNREACH'), 'connection_refused', /^the network has no route to the receiver/],
  [connecting('ETIMEDOUT'), 'timeout', /^the connection to the receiver timed out/],
  [coded('ETIMEDOUT'), 'timeout', /^no name server answered for the host name/],
  [new ConnectTimeout(5000), 'timeout', /^the receiver did not accept a connection within 5 s;/],
  [new ExchangeTimeout(1500), 'timeout', /^the receiver sent no complete response within 1\.5 s;/],
  [coded('ECONNRESET'), 'connection_reset', /^the receiver closed the connection before it answered/],
  [coded('EPIPE'), 'connection_reset', /^the receiver closed the connection before it answered/],
  [new errors.SocketError(RAW), 'connection_reset', /^the receiver closed the connection [^(]*$/],
  [coded('ENOTFOUND'), 'dns_failure', /^the host name of target_url has no address/],
  [coded('ENODATA'), 'dns_failure', /^the host name of target_url has no address/],
  [coded('EAI_AGAIN'), 'dns_failure', /^the name servers of the host in target_url failed/],
  [coded('CERT_HAS_EXPIRED'), 'tls_failure', /^the receiver's certificate has expired/],
  [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls_failure', /^the receiver's certificate is for another host name/],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls_failure', /^the receiver's certificate is self-signed/],
  [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls_failure', /intermediate certificates/],
  [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls_failure', /^the target speaks plain HTTP, not TLS/],
  [coded('ERR_SSL_PACKET_LENGTH_TOO_LONG'), 'tls_failure', /^the target speaks plain HTTP, not TLS/],
  [coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls_failure', /no TLS version or cipher in common/],
  [coded('INVALID_PURPOSE'), 'tls_failure', /^the receiver's certificate chain was not issued for servers/],
  [coded('PATH_LENGTH_EXCEEDED'), 'tls_failure', /^the receiver's certificate chain is longer than/],
  [coded('ERROR_IN_CERT_NOT_BEFORE_FIELD'), 'tls_failure', /^the receiver's certificate has unreadable dates/],
  [coded('ERROR_IN_CERT_NOT_AFTER_FIELD'), 'tls_failure', /^the receiver's certificate has unreadable dates/],
  [coded('UNSPECIFIED'), 'tls_failure', /^the receiver's certificate was not accepted/],
  [coded('CRL_HAS_EXPIRED'), 'tls_failure', /^the TLS handshake .* \(CRL_HAS_EXPIRED\)$/],
  // Codes that no list knows keep their name.
  [coded('ERR_SSL_SOMETHING_NEW'), 'tls_failure', /^the TLS handshake .* \(ERR_SSL_SOMETHING_NEW\)$/],
  [
    Object.assign(new errors.HTTPParserError(RAW), { code: 'HPE_INVALID_CONSTANT' }),
    'response_invalid',
    /not valid HTTP.* \(HPE_INVALID_CONSTANT\)$/,
  ],
  [new errors.HTTPParserError(RAW), 'response_invalid', /^the response is not valid HTTP/],
  [new errors.ResponseContentLengthMismatchError(RAW), 'response_invalid', /Content-Length$/],
  [coded('ERR_ASSERTION'), 'response_invalid', /^the response is not valid HTTP; [^(]*$/],
  [new HeadersTooLong(102), 'response_invalid', /^the headers of the response are too long/],
  [new UnexpectedUpgrade(), 'response_invalid', /^the response switches to another protocol \(101\)/],
  [new AnswerWithoutStatus(), 'response_invalid', /^the response has no status from 200 to 999/],
  [new ProxyFailure('the egress proxy answered 403'), 'proxy_failure', /^the egress proxy answered 403/],
  [
    new BlockedTarget('must not point to 10.0.0.7 (private)'),
    'blocked_address',
    /^the target_url must not point to 10\.0\.0\.7/,
  ],
  [
    new AggregateError([connecting('ECONNREFUSED'), connecting('ETIMEDOUT')], RAW),
    'connection_refused',
    /^the receiver/,
  ],
  // The first of the addresses that says something.
  [new AggregateError([new Error(RAW), connecting('ETIMEDOUT')], RAW), 'timeout', /^the connection to the receiver/],
  [new Error(RAW, { cause: coded('CERT_HAS_EXPIRED') }), 'tls_failure', /^the receiver's certificate has expired/],
  [new TypeError(RAW), 'internal_error', /^the attempt failed inside the service; its log says why$/],
  [coded('ERR_INVALID_ARG_TYPE'), 'internal_error', /^the attempt failed inside the service; its log says why$/],
];

describe('an exchange that ended without a response', () => {
  it.each(
    FAILURES.map(
      ([error, code, says]) =>
        [(error as { code?: string }).code ?? (error as Error).constructor.name, error, code, says] as const,
    ),
  )('is told as a sentence: %s', (_, error, code, says) => {
    const failure = exchangeFailure(error);

    expect(failure).toEqual({ code, message: expect.stringMatching(says) as string });
    // Neither capital nor full stop: the sentence may follow a colon.
    expect(failure.message).toMatch(/^[a-z].*[^.]$/);
    if (code !== 'blocked_address') expect(failure.message).not.toMatch(/raw text|openssl|10\.0\.0\.7/);
  });
});
