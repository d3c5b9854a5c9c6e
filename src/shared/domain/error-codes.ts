/** Why an attempt failed. New codes may be added; the meaning of a code never changes. */
export const ATTEMPT_ERROR_CODES = [
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns_failure',
  'tls_failure',
  'proxy_failure',
  'blocked_address',
  'bad_status',
  'response_invalid',
  'abandoned',
  'subscription_gone',
  'cancelled',
  'internal_error',
] as const;
export type AttemptErrorCode = (typeof ATTEMPT_ERROR_CODES)[number];
