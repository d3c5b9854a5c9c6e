import type pg from 'pg';
import { StartRefused } from '../errors/start-refused.js';
import { sound } from './sound-client.js';
import { SoundPool } from './sound-pool.js';
import { ConnectionFailed, LostSession } from './unavailable.js';

export class SharedSessions extends StartRefused {
  constructor(variable: string, cause: LostSession) {
    super(
      `${variable} leads to a pooler in transaction or statement mode, where connections share sessions. The service ` +
        'relies on session settings, such as the statement timeout, and on prepared statements. Use session mode ' +
        `(PgBouncer: pool_mode = session), or connect to PostgreSQL directly. It was noticed because ${cause.reason}.`,
      { cause },
    );
  }
}

/**
 * Checks that each connection keeps its own session. Poolers do not say whether they share sessions. Of two
 * connections that share sessions, one finds the mark of the other, or none.
 *
 * @param isForReading whether the URL is that of the read replica
 * @throws SharedSessions
 */
export async function refuseSharedSessions(databaseUrl: string, isForReading = false): Promise<void> {
  const pool = new SoundPool({ databaseUrl, applicationName: 'webhooks-start', size: 2, isForReading });
  // Without a listener, an error of an idle connection would end the process.
  pool.on('error', () => undefined);
  const clients: pg.PoolClient[] = [];
  const assertSessions = async (): Promise<void> => {
    for (const client of clients) await sound(client).assertSession();
  };
  try {
    for (let opened = 0; opened < 2; opened += 1) clients.push(await pool.connect());
    await assertSessions();
    // Two open transactions make a pooler use two sessions, which it then lends in another order.
    for (const client of clients) await client.query('begin');
    for (const client of clients) await client.query('commit');
    await assertSessions();
  } catch (error) {
    const cause = error instanceof ConnectionFailed ? error.cause : error;
    if (!(cause instanceof LostSession)) throw error;
    throw new SharedSessions(isForReading ? 'DATABASE_READ_URL' : 'DATABASE_URL', cause);
  } finally {
    for (const client of clients) client.release(true);
    await pool.end();
  }
}
