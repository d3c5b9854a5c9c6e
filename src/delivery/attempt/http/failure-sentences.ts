// What an attempt without a response tells those who read the history: what happened, and what to change if that is
// known. The texts of Node.js, undici and OpenSSL stay out of it: they name files, addresses and functions. A code in
// brackets leads an expert to them.

const RECEIVER_CLOSED = 'the receiver closed the connection before it answered; check its log and its proxies';
const NO_ROUTE = 'the network has no route to the receiver; check the address behind the host name of target_url';
const NO_NAME = 'the host name of target_url has no address; check its spelling and its DNS records';
const NAME_SERVERS = 'the name servers of the host in target_url failed to answer; check its DNS records';
const NO_DNS_ANSWER = 'no name server answered for the host name of target_url in time; check its DNS records';
const NO_HTTPS =
  'the target speaks plain HTTP, not TLS; use http:// in target_url, or the port on which the receiver speaks TLS';
const SELF_SIGNED = "the receiver's certificate is self-signed; it needs one of a public certificate authority";
const UNKNOWN_ISSUER =
  "the receiver's certificate cannot be traced to a public certificate authority; check that it sends the intermediate certificates";
const WRONG_PURPOSE =
  "the receiver's certificate chain was not issued for servers; use a certificate for TLS servers from a public authority";
const WRONG_DATES = "the receiver's certificate has unreadable dates; replace it";
const NOT_ACCEPTED =
  "the receiver's certificate was not accepted; replace it with one of a public certificate authority";
const NO_COMMON_TLS =
  'the receiver and this service have no TLS version or cipher in common; the receiver needs TLS 1.2 or newer';

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the receiver refused the connection; check that it runs and listens on the port of target_url',
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ETIMEDOUT: 'the connection to the receiver timed out; check that it runs and that its firewall lets this service in',
  ETIMEOUT: NO_DNS_ANSWER,
  ECONNRESET: RECEIVER_CLOSED,
  EPIPE: RECEIVER_CLOSED,
  UND_ERR_SOCKET: RECEIVER_CLOSED,
  ENOTFOUND: NO_NAME,
  ENODATA: NO_NAME,
  EAI_NODATA: NO_NAME,
  ESERVFAIL: NAME_SERVERS,
  EAI_AGAIN: NAME_SERVERS,
  EAI_FAIL: NAME_SERVERS,
  CERT_HAS_EXPIRED: "the receiver's certificate has expired; renew it",
  CERT_NOT_YET_VALID: "the receiver's certificate is not valid yet; check its dates and the clock of this service",
  CERT_REVOKED: "the receiver's certificate has been revoked; replace it",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the receiver's certificate is for another host name; use a name that it lists in target_url, or replace it",
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: SELF_SIGNED,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
  INVALID_PURPOSE: WRONG_PURPOSE,
  INVALID_CA: WRONG_PURPOSE,
  PATH_LENGTH_EXCEEDED: "the receiver's certificate chain is longer than one of its certificates allows; replace it",
  CERT_CHAIN_TOO_LONG: "the receiver's certificate chain is too long; leave out certificates that are not needed",
  ERROR_IN_CERT_NOT_BEFORE_FIELD: WRONG_DATES,
  ERROR_IN_CERT_NOT_AFTER_FIELD: WRONG_DATES,
  CERT_UNTRUSTED: NOT_ACCEPTED,
  CERT_REJECTED: NOT_ACCEPTED,
  UNSPECIFIED: NOT_ACCEPTED,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_HTTPS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_HTTPS,
  ERR_SSL_HTTP_REQUEST: NO_HTTPS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: NO_COMMON_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: NO_COMMON_TLS,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: NO_COMMON_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the receiver demands a client certificate, and this service sends none',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body of the response is shorter or longer than its Content-Length',
  // undici's own assertions fail on responses that its parser lets through, such as one with status 99.
  ERR_ASSERTION: 'the response is not valid HTTP; check that target_url leads to the receiver',
};

/** For a code that this list lacks, by the kind of failure. */
const FALLBACKS = {
  timeout: 'the receiver did not answer in time',
  connection_refused: 'no connection to the receiver could be made',
  connection_reset: RECEIVER_CLOSED,
  dns_failure: NAME_SERVERS,
  tls_failure: 'the TLS handshake with the receiver failed; check its certificate and its TLS settings',
  response_invalid: 'the response is not valid HTTP; check that target_url has the right scheme and port',
} as const;

/** Codes that mean nothing outside undici. */
const INTERNAL_CODE = /^(UND_ERR_|ERR_ASSERTION)/;

/** Kinds of failures that a code of Node.js, undici or OpenSSL names. */
export type CodedFailure = keyof typeof FALLBACKS;

/** @param code null if the error has none */
export function sentenceFor(failure: CodedFailure, code: string | null): string {
  const sentence = (code === null ? undefined : SENTENCES[code]) ?? FALLBACKS[failure];
  return code === null || INTERNAL_CODE.test(code) ? sentence : `${sentence} (${code})`;
}
