import { SoundPool } from '../../src/shared/database/sound-pool.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a lent connection that breaks, with real PostgreSQL', () => {
  let database: TestDatabase;
  let pool: SoundPool;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(() => {
    pool = new SoundPool({ databaseUrl: database.url, applicationName: 'webhooks-test', size: 1 });
  });

  afterEach(() => pool.end());

  afterAll(() => database.drop());

  const endSessions = () =>
    database.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'webhooks-test'`);

  it('fails its statement alone, when the process cuts it', async () => {
    const client = await pool.connect();
    const sleeping = client.query('select pg_sleep(60)');

    pool.cutAll();

    await expect(sleeping).rejects.toThrow('Connection terminated');
    client.release();
    await pool.assertSession();
  });

  it('fails its next statement alone, when the server ends it in between', async () => {
    const client = await pool.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));

    await endSessions();
    await ended;

    await expect(client.query('select 1')).rejects.toThrow('not queryable');
    client.release();
    await pool.assertSession();
  });
});
