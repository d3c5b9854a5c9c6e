/**
 * Classifies errors of PostgreSQL and of its connections. Every SQLSTATE class is decided here. If there is a code, the
 * message is ignored, because servers translate messages.
 */

/** Five characters, of which the first two are the class. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * Temporary errors: the same statement may succeed after a change of the server, the network or the configuration. The
 * caller gets a 503. All other errors mean that our statement or its data is wrong, and give a 500: 22 data, 23
 * constraints, 42 syntax and names, and features that we do not use (cursors, functions, our own triggers).
 */
const TEMPORARY = [
  '08', // The connection broke, or was refused.
  '0A000/RevalidateCachedQuery', // A migration changed the result of a prepared statement; a new connection prepares it again.
  '0P', // The role to switch to does not exist.
  '25006', // The server accepts no writes: it is a replica or is being replaced.
  '25P03', // Idle-in-transaction timeout.
  '25P04', // Transaction timeout.
  '26', // The prepared statement is gone, because of a pooler or `discard all`.
  '28', // The password was changed, the role locked, or pg_hba.conf edited.
  '3D', // The database was dropped, renamed, or not restored yet.
  '3F', // The same for the schema.
  '40', // Serialization failure or deadlock: another transaction won.
  '42501', // The operator revoked a privilege.
  '42P05', // A pooler gave us another client's session, which has a statement of that name.
  '53', // Connections, memory or disk space are exhausted.
  '55', // A lock is held, or an object is in use.
  '57', // Operator intervention or timeout; the server is starting, stopping or has crashed.
  '58', // A system error outside PostgreSQL.
  '72', // A snapshot is too old.
  'F0', // The configuration file is broken.
  'XX', // Internal error or corrupted data.
];

/** Errors of an established connection. Any error before that is a ConnectionFailed. */
const BROKEN_CODES =
  /^(EPIPE|EPROTO|ENOTCONN|ENOBUFS|ETIMEDOUT|ECONN(REFUSED|RESET|ABORTED)|E(HOST|NET)(UNREACH|DOWN|RESET)|ERR_(SSL|TLS|STREAM)_\w+)$/;
/** Messages of `pg` errors that have no code. */
const BROKEN_MESSAGES = [
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
];

/** No connection is available: the server is unreachable or refuses us, or the pool had none free in time. */
export class ConnectionFailed extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The server accepts no writes. It may be a replica or a former primary, so reads may be stale. */
export class ReadOnlyServer extends Error {
  readonly code = '25006';

  constructor() {
    super('PostgreSQL accepts no writes: it is a replica, or default_transaction_read_only is set');
  }
}

/** The session lacks what its connection has set up, because a pooler shares sessions among connections. */
export class LostSession extends Error {
  // 26000: prepared statements are gone, too.
  readonly code = '26000';

  constructor(readonly reason: string) {
    super(`The session of a PostgreSQL connection has lost its settings: ${reason}. A pooler must use session mode`);
  }
}

interface ErrorFields {
  readonly code?: unknown;
  readonly driverError?: unknown;
  /** The PostgreSQL function that reported the error. */
  readonly routine?: unknown;
}

/** Whether the error is temporary: PostgreSQL is unreachable or cannot answer now, and a retry may succeed. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ConnectionFailed) return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  const { code, driverError, routine } = error as ErrorFields;
  if (driverError !== undefined && driverError !== error) return isDatabaseUnavailable(driverError);
  if (isSqlState(code)) return TEMPORARY.some((prefix) => `${code}/${String(routine)}`.startsWith(prefix));
  return isBroken(error);
}

/**
 * Returns what to do with the connection on which a statement failed. `sound`: keep it. `spent`: close it, because its
 * state is unknown. `all are suspect`: the cause is not specific to this connection, so close all open ones.
 */
export function fateOf(error: unknown): 'sound' | 'spent' | 'all are suspect' {
  if (!(error instanceof Error)) return 'sound';
  const { code } = error as ErrorFields;
  if (!isSqlState(code)) return isBroken(error) ? 'all are suspect' : 'sound';
  if (/^(08|25006|57P|26|42P05)/.test(code) || isStalePlan(error)) return 'all are suspect';
  return /^(57|58|XX|25P0[34]|28|3D)/.test(code) ? 'spent' : 'sound';
}

/** Whether a prepared statement was not run because it no longer exists or its result type changed. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as ErrorFields;
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** Whether the server gave up a statement, because it took too long or somebody cancelled it. */
export function isTooSlow(error: unknown): boolean {
  return (error as ErrorFields).code === '57014';
}

/** Whether a statement named a table that does not exist. */
export function isMissingTable(error: unknown): boolean {
  return (error as ErrorFields).code === '42P01';
}

/** Excludes system error codes with five letters, such as EPIPE, which look like SQLSTATEs. */
function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && SQLSTATE.test(code) && !BROKEN_CODES.test(code);
}

function isBroken(error: Error): boolean {
  const { code } = error as ErrorFields;
  if (typeof code === 'string' && BROKEN_CODES.test(code)) return true;
  return BROKEN_MESSAGES.some((message) => error.message.startsWith(message));
}
