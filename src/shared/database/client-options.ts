import { userInfo } from 'node:os';
import type pg from 'pg';
import { AddressFault, parseDatabaseUrl } from './database-address.js';
import { type DatabaseTls, parseDatabaseTls } from './database-tls.js';
import { parseSessionOptions, type SessionSettings } from './session.js';

/** With TCP keep-alive, a silent connection whose peer has vanished fails after about 20 s. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** Options of node-postgres, and what it has no option for. */
export interface ClientOptions extends pg.ClientConfig {
  /** Null for no TLS. */
  readonly tls: DatabaseTls | null;
  /** Settings that the URL asks for. */
  readonly givenSettings: SessionSettings;
}

/**
 * Returns explicit options for node-postgres. It would take any missing option from PGHOST, PGSSLMODE and the like,
 * from `~/.pgpass`, or from URL parameters that are meant for other drivers.
 *
 * @throws AddressFault
 */
export function clientOptions(databaseUrl: string, applicationName: string): ClientOptions {
  const address = parseDatabaseUrl(databaseUrl);
  const user = address.user ?? systemUser();
  const { password } = address;
  const tls = parseDatabaseTls(address.query, address.host);
  return {
    host: address.host,
    port: address.port,
    user,
    // A function, because node-postgres replaces an empty string with PGPASSWORD.
    password: () => password,
    database: address.database ?? user,
    ssl: tls?.options ?? false,
    sslnegotiation: tls?.negotiation ?? 'postgres',
    // Used where the server offers it. node-postgres does not know every kind of certificate, so it must be asked for.
    enableChannelBinding: /^(prefer|require)$/.test(address.query.get('channel_binding') ?? ''),
    application_name: applicationName,
    client_encoding: 'utf8',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    tls,
    givenSettings: parseSessionOptions(address.options),
  };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw new AddressFault('must name a user, because the operating system user of this process has no name');
  }
}
