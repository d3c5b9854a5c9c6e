import { ConnectionFailed, fateOf, isDatabaseUnavailable, isStalePlan } from './unavailable.js';

/** An error as `pg` throws it for an answer of PostgreSQL. */
const errorWith = (code: string, fields: object = {}): Error =>
  Object.assign(new Error('In some language'), { code, ...fields });
const stalePlan = errorWith('0A000', { routine: 'RevalidateCachedQuery' });

describe('an error of PostgreSQL', () => {
  it.each([
    ['a broken connection', '08006'],
    ['a rejected connection', '08004'],
    ['a write on a replica', '25006'],
    ['a transaction that was idle for too long', '25P03'],
    ['a missing prepared statement', '26000'],
    ['a changed password', '28P01'],
    ['a role that may not log in', '28000'],
    ['a dropped or renamed database', '3D000'],
    ['a dropped schema', '3F000'],
    ['a serialisation failure', '40001'],
    ['a deadlock', '40P01'],
    ['a revoked privilege', '42501'],
    ["another session's prepared statement", '42P05'],
    ['a full disk', '53100'],
    ['exhausted memory', '53200'],
    ['too many connections', '53300'],
    ['a database that accepts no connections', '55000'],
    ['an object in use', '55006'],
    ['an unavailable lock', '55P03'],
    ['a statement timeout', '57014'],
    ['a session ended by the operator', '57P01'],
    ['a crash', '57P02'],
    ['a server that is starting', '57P03'],
    ['a database dropped during the session', '57P04'],
    ['a disk failure', '58030'],
    ['a snapshot that is too old', '72000'],
    ['a broken configuration', 'F0000'],
    ['an internal error', 'XX000'],
    ['a broken index', 'XX002'],
  ])('is temporary if the server is the cause: %s', (_, code) => {
    expect(isDatabaseUnavailable(errorWith(code))).toBe(true);
    expect(isDatabaseUnavailable(Object.assign(new Error(), { driverError: errorWith(code) }))).toBe(true);
  });

  it.each(['22P02', '22003', '23502', '23505', '23514', '42601', '42703', '42883', '42P01', '0A000', '25P02', '34000'])(
    'is permanent if the statement or its data is wrong: %s',
    (code) => {
      expect(isDatabaseUnavailable(errorWith(code))).toBe(false);
    },
  );

  it('is temporary if a migration changed the result type of a prepared statement', () => {
    expect(isDatabaseUnavailable(stalePlan)).toBe(true);
    expect(isStalePlan(stalePlan)).toBe(true);
    expect(isStalePlan(errorWith('0A000'))).toBe(false);
  });
});

describe('a failed connection attempt', () => {
  it.each(['28P01', '3D000', '42704', '22023', undefined])('is temporary whatever the reason: %s', (code) => {
    expect(isDatabaseUnavailable(new ConnectionFailed(Object.assign(new Error(), code && { code })))).toBe(true);
  });
});

describe('the connection on which a statement failed', () => {
  it.each(['23505', '42601', '22P02', '55P03', '53100', '40001', '25P02', '42P01'])('is sound after %s', (code) => {
    expect(fateOf(errorWith(code))).toBe('sound');
  });

  it.each(['57014', 'XX000', '58030', '25P03', '28000'])('alone is spent after %s', (code) => {
    expect(fateOf(errorWith(code))).toBe('spent');
  });

  it.each(['25006', '08006', '57P01', '57P02', '26000', '42P05'])('makes all connections suspect after %s', (code) => {
    expect(fateOf(errorWith(code))).toBe('all are suspect');
  });

  it.each(['Query read timeout', 'Connection terminated unexpectedly'])(
    'makes all connections suspect after "%s"',
    (message) => {
      expect(fateOf(new Error(message))).toBe('all are suspect');
      expect(isDatabaseUnavailable(new Error(message))).toBe(true);
    },
  );

  it.each([
    'EPIPE',
    'ECONNRESET',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETDOWN',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  ])('makes all connections suspect after %s', (code) => {
    expect(fateOf(errorWith(code))).toBe('all are suspect');
    expect(isDatabaseUnavailable(errorWith(code))).toBe(true);
  });

  it('is sound after an error of our own, but not after a stale plan', () => {
    expect(fateOf(new TypeError('Query values must be an array'))).toBe('sound');
    expect(fateOf(stalePlan)).toBe('all are suspect');
  });
});
