import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { AddressFault } from './database-address.js';

/** How a connection to PostgreSQL uses TLS. */
export interface DatabaseTls {
  readonly options: ConnectionOptions;
  /** `direct` starts with TLS, without asking the server first. */
  readonly negotiation: 'postgres' | 'direct';
  /** True if a server that does not offer TLS is used without it. */
  readonly isOptional: boolean;
}

/** Modes of libpq. `allow` is missing: it would use TLS only after the server has refused a connection without it. */
const MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];
/** Other names of modes, which URLs for node-postgres and JDBC have. */
const SAME_MODES: Readonly<Record<string, Mode>> = {
  'no-verify': 'require',
  'ssl=true': 'verify-full',
  'ssl=1': 'verify-full',
  'ssl=no-verify': 'require',
  'ssl=false': 'disable',
  'ssl=0': 'disable',
};
const PARAMETERS = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation'];
/** Value of `sslrootcert` for the authorities that Node.js trusts. */
const SYSTEM_AUTHORITIES = 'system';

/**
 * Parses the TLS parameters of DATABASE_URL by their meaning in libpq, and reads their files. Two defaults differ:
 * without `sslmode` there is no TLS, and `verify-full` without `sslrootcert` trusts the authorities of Node.js.
 *
 * @param host a directory means a Unix socket, which never uses TLS
 * @returns null for no TLS
 * @throws AddressFault
 */
export function parseDatabaseTls(query: ReadonlyMap<string, string>, host: string): DatabaseTls | null {
  for (const name of query.keys()) {
    if (name.startsWith('ssl') && !PARAMETERS.includes(name)) {
      throw new AddressFault(
        `has the parameter ${name}, which is unknown; TLS parameters are ${PARAMETERS.join(', ')}`,
      );
    }
  }
  refuseUnsupported(query);
  const mode = modeOf(query);
  const negotiation = negotiationOf(query, mode);
  if (mode === undefined || mode === 'disable' || host.startsWith('/')) return null;
  const authority = query.get('sslrootcert');
  if (authority === SYSTEM_AUTHORITIES && mode !== 'verify-full') {
    throw new AddressFault('has sslrootcert=system, which requires sslmode=verify-full');
  }
  if (mode === 'verify-ca' && authority === undefined) {
    throw new AddressFault(
      'has sslmode=verify-ca without sslrootcert: any public certificate would do; name the authority, or use verify-full',
    );
  }
  if (query.has('sslcert') !== query.has('sslkey'))
    throw new AddressFault('must name both sslcert and sslkey, or none');
  // As in libpq, an authority that is named is also checked by `require`.
  const isVerified = mode.startsWith('verify') || (mode === 'require' && authority !== undefined);
  const options: ConnectionOptions = {
    rejectUnauthorized: isVerified,
    ...(authority !== undefined && authority !== SYSTEM_AUTHORITIES && { ca: contentOf('sslrootcert', authority) }),
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(query.has('sslcert') && {
      cert: contentOf('sslcert', query.get('sslcert')),
      key: contentOf('sslkey', query.get('sslkey')),
    }),
  };
  return { options, negotiation, isOptional: mode === 'prefer' };
}

/** Parameters that promise protection, and that node-postgres does not have. */
function refuseUnsupported(query: ReadonlyMap<string, string>): void {
  if (query.get('gssencmode') === 'require') throw new AddressFault('has gssencmode=require, which is not supported');
  if (query.has('require_auth')) throw new AddressFault('has require_auth, which is not supported');
}

function modeOf(query: ReadonlyMap<string, string>): Mode | undefined {
  const [sslmode, ssl] = [query.get('sslmode'), query.get('ssl')];
  if (sslmode !== undefined && ssl !== undefined) throw new AddressFault('must have sslmode or ssl, not both');
  const given = sslmode ?? (ssl === undefined ? undefined : `ssl=${ssl}`);
  if (given !== undefined) {
    const mode = MODES.find((each) => each === given) ?? SAME_MODES[given];
    if (mode !== undefined) return mode;
    throw new AddressFault(
      `has an unknown ${sslmode === undefined ? 'ssl' : 'sslmode'}; use sslmode=${MODES.join(', ')}`,
    );
  }
  const lonely = PARAMETERS.find((name) => query.has(name));
  if (lonely !== undefined) throw new AddressFault(`has ${lonely}, but no sslmode; add sslmode=verify-full`);
  return undefined;
}

function negotiationOf(query: ReadonlyMap<string, string>, mode: Mode | undefined): DatabaseTls['negotiation'] {
  const given = query.get('sslnegotiation') ?? 'postgres';
  if (given !== 'postgres' && given !== 'direct')
    throw new AddressFault('has an sslnegotiation other than postgres and direct');
  if (given === 'direct' && (mode === 'disable' || mode === 'prefer')) {
    throw new AddressFault('has sslnegotiation=direct, which requires sslmode=require, verify-ca or verify-full');
  }
  return given;
}

function contentOf(parameter: string, file = ''): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AddressFault(
      `names a file in ${parameter} that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
}
