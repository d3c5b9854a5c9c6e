import { userInfo } from 'node:os';
import type pg from 'pg';
import { parse } from 'pg-connection-string';
import { AddressFault, type DatabaseAddress, parseDatabaseUrl } from './database-address.js';
import { sessionOptions, type SessionSettings } from './session.js';

/**
 * A peer that is gone without a word is noticed after about 20 s on a connection that is silent, whatever it waits for.
 */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** What a connection is to be, beside where it leads. */
export interface ClientPurpose {
  readonly applicationName: string;
  readonly session?: SessionSettings;
}

/**
 * All that node-postgres has to know. It would take what it is not told from PGHOST, PGSSLMODE, PGOPTIONS and their
 * like, from `~/.pgpass`, and from parameters of the URL that are not meant for it.
 *
 * @throws AddressFault
 */
export function clientOptions(databaseUrl: string, { applicationName, session = {} }: ClientPurpose): pg.ClientConfig {
  const address = parseDatabaseUrl(databaseUrl);
  const user = address.user ?? whoeverRunsThis();
  const { password } = address;
  return {
    host: address.host,
    port: address.port,
    user,
    // As a function: an empty text would send node-postgres to PGPASSWORD.
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

/** No TLS unless the URL asks for it. `parse` reads certificate files and knows each `sslmode` of node-postgres. */
function tlsOf({ tls }: DatabaseAddress): Pick<pg.ClientConfig, 'ssl' | 'sslnegotiation'> {
  const { ssl = false, sslnegotiation = 'postgres' } = parse(`postgres://host/?${tls}`);
  return { ssl: ssl as boolean, sslnegotiation: sslnegotiation };
}

function whoeverRunsThis(): string {
  try {
    return userInfo().username;
  } catch {
    throw new AddressFault('names no user, and the user that runs this process has no name either');
  }
}
