import { ConnectionFailed, fateOf, isDatabaseUnavailable, isStalePlan } from './unavailable.js';

/** As `pg` throws what PostgreSQL said. */
const said = (code: string, fields: object = {}): Error =>
  Object.assign(new Error('In some language'), { code, ...fields });
const staleplan = said('0A000', { routine: 'RevalidateCachedQuery' });

describe('what PostgreSQL refuses', () => {
  it.each([
    ['a connection that broke', '08006'],
    ['a connection that it does not accept', '08004'],
    ['a write on a replica', '25006'],
    ['a transaction that was idle for too long', '25P03'],
    ['a prepared statement that is gone', '26000'],
    ['a changed password', '28P01'],
    ['a role that may not log in', '28000'],
    ['a database that is gone or renamed', '3D000'],
    ['a schema that is gone', '3F000'],
    ['a serialisation failure', '40001'],
    ['a deadlock', '40P01'],
    ['a right that was taken away', '42501'],
    ["somebody else's prepared statement", '42P05'],
    ['a full disk', '53100'],
    ['memory that is used up', '53200'],
    ['too many connections', '53300'],
    ['a database that takes no connections', '55000'],
    ['an object in use', '55006'],
    ['a lock that is not to be had', '55P03'],
    ['a statement that took too long', '57014'],
    ['an operator who ends the session', '57P01'],
    ['a crash', '57P02'],
    ['a server that starts', '57P03'],
    ['a database that was dropped', '57P04'],
    ['a disk that fails', '58030'],
    ['a snapshot that is too old', '72000'],
    ['a broken configuration', 'F0000'],
    ['an internal error', 'XX000'],
    ['a broken index', 'XX002'],
  ])('for reasons of its own is a matter of time: %s', (_, code) => {
    expect(isDatabaseUnavailable(said(code))).toBe(true);
    expect(isDatabaseUnavailable(Object.assign(new Error(), { driverError: said(code) }))).toBe(true);
  });

  it.each(['22P02', '22003', '23502', '23505', '23514', '42601', '42703', '42883', '42P01', '0A000', '25P02', '34000'])(
    'because our statement or its data is wrong stays so: %s',
    (code) => {
      expect(isDatabaseUnavailable(said(code))).toBe(false);
    },
  );

  it('because a migration changed what a prepared statement returns is a matter of a new connection', () => {
    expect(isDatabaseUnavailable(staleplan)).toBe(true);
    expect(isStalePlan(staleplan)).toBe(true);
    expect(isStalePlan(said('0A000'))).toBe(false);
  });
});

describe('a connection that is not to be had', () => {
  it.each(['28P01', '3D000', '42704', '22023', undefined])('is a matter of time whatever the reason: %s', (code) => {
    expect(isDatabaseUnavailable(new ConnectionFailed(Object.assign(new Error(), code && { code })))).toBe(true);
  });
});

describe('the connection on which a statement failed', () => {
  it.each(['23505', '42601', '22P02', '55P03', '53100', '40001', '25P02', '42P01'])('is sound after %s', (code) => {
    expect(fateOf(said(code))).toBe('sound');
  });

  it.each(['57014', 'XX000', '58030', '25P03', '28000'])('is spent after %s, and no other is', (code) => {
    expect(fateOf(said(code))).toBe('spent');
  });

  it.each(['25006', '08006', '57P01', '57P02', '26000', '42P05'])('makes all suspect after %s', (code) => {
    expect(fateOf(said(code))).toBe('all are suspect');
  });

  it.each(['Query read timeout', 'Connection terminated unexpectedly'])('makes all suspect after "%s"', (message) => {
    expect(fateOf(new Error(message))).toBe('all are suspect');
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  });

  it.each([
    'EPIPE',
    'ECONNRESET',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETDOWN',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  ])('makes all suspect after %s', (code) => {
    expect(fateOf(said(code))).toBe('all are suspect');
    expect(isDatabaseUnavailable(said(code))).toBe(true);
  });

  it('is sound after a fault of our own', () => {
    expect(fateOf(new TypeError('Query values must be an array'))).toBe('sound');
    expect(fateOf(staleplan)).toBe('all are suspect');
  });
});
