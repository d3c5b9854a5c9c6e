import { parseDatabaseUrl } from './database-address.js';
import { parseDatabaseTls } from './database-tls.js';

/** A file that exists. What is in it does not matter here. */
const FILE = import.meta.filename;

function parse(parameters: string, host = 'h'): ReturnType<typeof parseDatabaseTls> {
  return parseDatabaseTls(parseDatabaseUrl(`postgres://h/d?${parameters.replaceAll('FILE', FILE)}`).query, host);
}

describe('the TLS parameters of DATABASE_URL', () => {
  it.each(['', 'sslmode=disable', 'ssl=false', 'ssl=0', 'uselibpqcompat=true', 'channel_binding=require'])(
    'ask for no TLS: "%s"',
    (parameters) => {
      expect(parse(parameters)).toBeNull();
    },
  );

  it.each([
    ['sslmode=prefer', { isOptional: true, rejectUnauthorized: false, isNameChecked: false }],
    ['sslmode=require', { rejectUnauthorized: false, isNameChecked: false }],
    ['sslmode=no-verify', { rejectUnauthorized: false, isNameChecked: false }],
    ['ssl=no-verify', { rejectUnauthorized: false, isNameChecked: false }],
    ['sslmode=require&sslrootcert=FILE', { rejectUnauthorized: true, isNameChecked: false, hasAuthority: true }],
    ['sslmode=verify-ca&sslrootcert=FILE', { rejectUnauthorized: true, isNameChecked: false, hasAuthority: true }],
    ['sslmode=verify-full', { rejectUnauthorized: true, isNameChecked: true }],
    ['sslmode=verify-full&sslrootcert=FILE', { rejectUnauthorized: true, isNameChecked: true, hasAuthority: true }],
    ['sslmode=verify-full&sslrootcert=system', { rejectUnauthorized: true, isNameChecked: true }],
    ['ssl=true', { rejectUnauthorized: true, isNameChecked: true }],
    ['ssl=1&sslnegotiation=direct', { rejectUnauthorized: true, isNameChecked: true, negotiation: 'direct' }],
    [
      'sslmode=require&sslcert=FILE&sslkey=FILE',
      { rejectUnauthorized: false, isNameChecked: false, hasCertificate: true },
    ],
  ])('mean what they mean to libpq: %s', (parameters, expected) => {
    const tls = parse(parameters);
    const { rejectUnauthorized, checkServerIdentity, ca, cert, key } = tls?.options ?? {};
    expect({
      isOptional: tls?.isOptional,
      negotiation: tls?.negotiation,
      rejectUnauthorized,
      isNameChecked: checkServerIdentity === undefined,
      hasAuthority: ca !== undefined,
      hasCertificate: cert !== undefined && key !== undefined,
    }).toEqual({ isOptional: false, negotiation: 'postgres', hasAuthority: false, hasCertificate: false, ...expected });
  });

  it('are ignored for a Unix socket', () => {
    expect(parse('sslmode=verify-full', '/var/run/postgresql')).toBeNull();
  });

  it.each([
    ['sslmode=allow', 'unknown sslmode'],
    ['sslmode=verify_full', 'use sslmode=disable, prefer, require, verify-ca, verify-full'],
    ['sslmode=REQUIRE', 'unknown sslmode'],
    ['ssl=yes', 'unknown ssl'],
    ['ssl=true&sslmode=require', 'not both'],
    ['sslmod=require', 'the parameter sslmod, which is unknown'],
    ['sslmode=require&sslcrl=FILE', 'sslcrl'],
    ['sslrootcert=FILE', 'no sslmode'],
    ['sslnegotiation=direct', 'no sslmode'],
    ['sslmode=verify-full&sslrootcert=/does/not/exist', 'sslrootcert that cannot be read (ENOENT)'],
    ['sslmode=require&sslrootcert=system', 'requires sslmode=verify-full'],
    ['sslmode=verify-ca', 'name the authority'],
    ['sslmode=require&gssencmode=require', 'gssencmode'],
    ['sslmode=require&require_auth=scram-sha-256', 'require_auth'],
    ['sslmode=require&sslcert=FILE', 'both sslcert and sslkey'],
    ['sslmode=require&sslkey=FILE', 'both sslcert and sslkey'],
    ['sslmode=prefer&sslnegotiation=direct', 'requires sslmode=require'],
    ['sslmode=require&sslnegotiation=quick', 'postgres and direct'],
  ])('are refused with what to change: %s', (parameters, reason) => {
    expect(() => parse(parameters)).toThrow(reason);
  });
});
