/**
 * What PostgreSQL or the way to it says, and what follows from it. Each class of SQLSTATE is decided here, once, and no
 * message is read where there is a code: messages are translated.
 */

/** Codes of five characters. A class is their first two. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * "Not now": the same statement may succeed later, when the server, its network or its operator have changed something.
 * The caller gets a 503. Everything else says that our statement or its data is wrong, for ever, and is a 500: 22 data,
 * 23 constraints, 42 syntax and names, and what we don't use (cursors, functions, triggers of our own).
 */
const NOT_NOW = [
  '08', // The connection broke, or was refused.
  '0A000/RevalidateCachedQuery', // A migration changed what a prepared statement returns; a new connection prepares it anew.
  '0P', // The role that this one was to become is gone.
  '25006', // The server takes no writes: a replica, or one that is about to be replaced.
  '25P03', // A transaction was ended for being idle,
  '25P04', // or for being long.
  '26', // The prepared statement is gone: a pooler or `discard all`.
  '28', // The password was changed, the role locked, or pg_hba.conf edited.
  '3D', // The database was dropped, renamed, or not restored yet.
  '3F', // Likewise the schema.
  '40', // Serialisation and deadlock: the other one went first.
  '42501', // The operator has taken a right away.
  '42P05', // A pooler gave us somebody else's session, which has a statement of that name.
  '53', // Connections, memory or disk are used up.
  '55', // A lock is held, or an object is being changed.
  '57', // An operator or a time limit intervened; the server starts, stops or crashed; the database takes no connections.
  '58', // The operating system failed it.
  '72', // A snapshot is too old.
  'F0', // Its configuration is broken.
  'XX', // It found its own data or itself broken.
];

/** Of the connection itself, after it was there. Before, whatever went wrong is a ConnectionFailed. */
const BROKEN_CODES =
  /^(EPIPE|EPROTO|ENOTCONN|ENOBUFS|ETIMEDOUT|ECONN(REFUSED|RESET|ABORTED)|E(HOST|NET)(UNREACH|DOWN|RESET)|ERR_(SSL|TLS|STREAM)_\w+)$/;
/** `pg` gives these no code. */
const BROKEN_MESSAGES = [
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
];

/** There is no connection to be had: no way to the server, no place in the pool in time, or the server refuses us. */
export class ConnectionFailed extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A server that can be read, but what it says may be old: it is not, or no longer, the primary. */
export class ReadOnlyServer extends Error {
  readonly code = '25006';

  constructor() {
    super('This PostgreSQL takes no writes: it is a replica, or default_transaction_read_only is set');
  }
}

interface Reported {
  readonly code?: unknown;
  readonly driverError?: unknown;
  /** The function in PostgreSQL that said so. */
  readonly routine?: unknown;
}

/** Whether PostgreSQL could not be reached or could not answer now, so that the same statement may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ConnectionFailed) return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  const { code, driverError, routine } = error as Reported;
  if (driverError !== undefined && driverError !== error) return isDatabaseUnavailable(driverError);
  if (isSqlState(code)) return NOT_NOW.some((decided) => `${code}/${String(routine)}`.startsWith(decided));
  return isBroken(error);
}

/**
 * What becomes of the connection on which a statement failed so. It is `spent` when it may be in a state that nobody
 * knows: it is closed. When the reason is none of this connection's own, all those that were opened before are suspect
 * too.
 */
export function fateOf(error: unknown): 'sound' | 'spent' | 'all are suspect' {
  if (!(error instanceof Error)) return 'sound';
  const { code } = error as Reported;
  if (!isSqlState(code)) return isBroken(error) ? 'all are suspect' : 'sound';
  if (/^(08|25006|57P|26|42P05)/.test(code) || isStalePlan(error)) return 'all are suspect';
  return /^(57|58|XX|25P0[34]|28|3D)/.test(code) ? 'spent' : 'sound';
}

/** Whether a prepared statement could not be run because it is no longer what it was. Nothing of it was done. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as Reported;
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** Whether a statement named a table that is not there. */
export function isMissingTable(error: unknown): boolean {
  return (error as Reported).code === '42P01';
}

/** System errors look like SQLSTATEs when they have five letters: EPIPE is none. */
function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && SQLSTATE.test(code) && !BROKEN_CODES.test(code);
}

function isBroken(error: Error): boolean {
  const { code } = error as Reported;
  if (typeof code === 'string' && BROKEN_CODES.test(code)) return true;
  return BROKEN_MESSAGES.some((message) => error.message.startsWith(message));
}
