import { userInfo } from 'node:os';
import type pg from 'pg';
import { parse } from 'pg-connection-string';
import { AddressFault, type DatabaseAddress, parseDatabaseUrl } from './database-address.js';
import { sessionOptions, type SessionSettings } from './session.js';

/** With TCP keep-alive, a silent connection whose peer has vanished fails after about 20 s. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** What a connection is used for. */
export interface ClientPurpose {
  readonly applicationName: string;
  readonly session?: SessionSettings;
}

/**
 * Returns explicit options for node-postgres. It would take any missing option from PGHOST, PGSSLMODE, PGOPTIONS and
 * the like, from `~/.pgpass`, or from URL parameters that are meant for other drivers.
 *
 * @throws AddressFault
 */
export function clientOptions(databaseUrl: string, { applicationName, session = {} }: ClientPurpose): pg.ClientConfig {
  const address = parseDatabaseUrl(databaseUrl);
  const user = address.user ?? systemUser();
  const { password } = address;
  return {
    host: address.host,
    port: address.port,
    user,
    // A function, because node-postgres replaces an empty string with PGPASSWORD.
    password: () => password,
    database: address.database ?? user,
    ...tlsOf(address),
    options: sessionOptions(session, address.options),
    application_name: applicationName,
    client_encoding: 'utf8',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  };
}

/** Enables TLS only if the URL asks for it. `parse` reads certificate files and knows the modes of node-postgres. */
function tlsOf({ tls }: DatabaseAddress): Pick<pg.ClientConfig, 'ssl' | 'sslnegotiation'> {
  const { ssl = false, sslnegotiation = 'postgres' } = parse(`postgres://host/?${tls}`);
  return { ssl: ssl as boolean, sslnegotiation: sslnegotiation };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw new AddressFault('must name a user, because the operating system user of this process has no name');
  }
}
