/** Classes of SQLSTATE that say "not now": connection, resources, operator intervention, system error; and deadlock. */
const TRANSIENT_SQLSTATE = /^(08|53|57|58|40)/;
const TRANSIENT_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** `pg` gives these no code. */
const TRANSIENT_MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end on the pool',
];

/** Whether PostgreSQL could not be reached or could not answer now, so that the same statement may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (driverError !== undefined && driverError !== error) return isDatabaseUnavailable(driverError);
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !TRANSIENT_SYSTEM_CODES.has(code)) {
    return TRANSIENT_SQLSTATE.test(code);
  }
  if (typeof code === 'string' && TRANSIENT_SYSTEM_CODES.has(code)) return true;
  return TRANSIENT_MESSAGES.some((message) => error.message.startsWith(message));
}
