import { DataSource } from 'typeorm';
import { PortalSessionsRepository } from '../../src/access/portal/portal-sessions.repository.js';
import { SessionRetention } from '../../src/access/sessions/session-retention.js';
import { SessionsRepository } from '../../src/access/sessions/sessions.repository.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HOUR = 60;

describe('sessions that have ended, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const options = dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 2 });
    dataSource = await new DataSource({ ...options, entities: [] }).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const aKey = async (isRevoked: boolean): Promise<string> => {
    const id = newUuid(Date.now());
    const revokedAt = isRevoked ? 'now()' : 'null';
    await database.query(
      `insert into api_keys (id, role, secret_hash, created_at, revoked_at) values ($1, 'reader', 'x', now(), ${revokedAt})`,
      [id],
    );
    return id;
  };
  /** Stores a session that ends in so many minutes. */
  const session = (keyId: string, address: string, endsIn: number) =>
    database.query(`insert into sessions values ($1, $2, 'x', $3, now(), now(), now() + $4 * interval '1 minute')`, [
      newUuid(Date.now()),
      keyId,
      address,
      endsIn,
    ]);
  /** Stores a portal session whose code and whose session end in so many minutes. */
  const portal = (actor: string, codeEndsIn: number, endsIn: number, isExchanged: boolean) =>
    database.query(
      `insert into portal_sessions (id, tenant_id, capabilities, actor, return_url, code_hash, code_expires_at, exchanged_at, created_at, expires_at)
       values ($1, 'default', '{deliveries:read}', $2, '', 'x', now() + $3 * interval '1 minute',
         ${isExchanged ? 'now()' : 'null'}, now(), now() + $4 * interval '1 minute')`,
      [newUuid(Date.now()), actor, codeEndsIn, endsIn],
    );

  it('are removed, and those that live or ended a moment ago are kept', async () => {
    const [valid, revoked] = [await aKey(false), await aKey(true)];
    await session(valid, 'lives', 1);
    await session(valid, 'has just ended', -1);
    await session(valid, 'ended long ago', -HOUR - 1);
    await session(revoked, 'lost its key', 1);
    await portal('lives', -2 * HOUR, 1, true);
    await portal('can still be followed', 1, HOUR, false);
    await portal('was not followed a moment ago', -1, HOUR, false);
    await portal('was never followed', -HOUR - 1, HOUR, false);
    await portal('ended long ago', -2 * HOUR, -HOUR - 1, true);

    const chores: ((isStopped: () => boolean) => Promise<void>)[] = [];
    const janitor = { add: (_failed: string, chore: (typeof chores)[number]) => chores.push(chore) };
    new SessionRetention(
      janitor as never,
      new SessionsRepository(dataSource, {} as never, {} as never),
      new PortalSessionsRepository(dataSource, {} as never, {} as never),
      new SystemClock(),
    );
    for (const chore of chores) await chore(() => false);

    const kept = await database.query<{ name: string }>(
      'select address as name from sessions union all select actor from portal_sessions',
    );
    expect(kept.map(({ name }) => name).sort()).toEqual([
      'can still be followed',
      'has just ended',
      'lives',
      'lives',
      'was not followed a moment ago',
    ]);
  });
});
