import { Client } from 'pg';
import type { MigrationInterface } from 'typeorm';
import { ADVISORY_LOCKS } from '../../src/shared/database/advisory-locks.js';
import { MIGRATIONS } from '../../src/shared/database/migrations/index.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { runBuilt } from '../support/run-built.js';
import { type LogLine, spawnService } from '../support/service-process.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const NAMES = MIGRATIONS.map((Migration) => {
  const instance: MigrationInterface = new Migration();
  return instance.name ?? Migration.name;
});
const NEWEST = NAMES.at(-1)!;
const FROM_LATER = 'FromALaterVersion9000000000000';

/** Keeps the only thread for asynchronous writes busy at the exit. */
const BUSY_AT_EXIT = {
  UV_THREADPOOL_SIZE: '1',
  NODE_OPTIONS:
    "--import=data:text/javascript,import{pbkdf2}from'node:crypto';" +
    "process.on('exit',()=>pbkdf2('','',3e6,64,'sha512',()=>0))",
};

describe('the migration command, on real PostgreSQL', () => {
  let database: TestDatabase;

  afterEach(() => database.drop());

  const runMigrations = async (given: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runBuilt('src/main.migrate.js', fastSettings(database, given));
    // Fails if a line is not JSON.
    const lines = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as LogLine); // prettier-ignore
    return { code, lines, stderr };
  };
  const storedNames = async (): Promise<string[]> =>
    (await database.query<{ name: string }>('select name from migrations order by id')).map(({ name }) => name);
  const addLaterMigration = () =>
    database.query(`insert into migrations (timestamp, name) values (9000000000000, $1)`, [FROM_LATER]);

  it('logs each migration with its duration, then the version of the schema', async () => {
    database = await createEmptyDatabase();

    const { code, lines, stderr } = await runMigrations();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines.slice(0, -1)).toMatchObject(
      NAMES.map((migration) => ({ msg: 'migration.ran', migration, duration_ms: expect.any(Number) as number })),
    );
    expect(lines.at(-1)).toMatchObject({ level: 30, msg: 'migration.finished', schema: NEWEST, ran: NAMES.length });
    expect(await storedNames()).toEqual(NAMES);
  });

  it('says that the schema was current, and at which version', async () => {
    database = await createTestDatabase();

    const { code, lines, stderr } = await runMigrations();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toMatchObject([{ msg: 'migration.finished', schema: NEWEST, ran: 0 }]);
  });

  it('loses no line, however busy the machine is when it exits', async () => {
    database = await createTestDatabase();
    const { lines } = await runMigrations({ ...BUSY_AT_EXIT });
    expect(lines).toMatchObject([{ msg: 'migration.finished' }]);
  });

  it('says that it waits for another process that migrates', async () => {
    database = await createTestDatabase();
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    const command = await spawnService({ entry: 'main.migrate', settings: fastSettings(database) });

    await eventually(() => command.logs.map(({ msg }) => msg), { until: (messages) => messages.length > 0 });
    expect(command.logs).toMatchObject([{ msg: 'migration.waiting' }]);

    await other.end();
    expect(await command.exited).toBe(0);
    expect(command.logs).toMatchObject([{ msg: 'migration.waiting' }, { msg: 'migration.finished', ran: 0 }]);
  });

  it('says that a newer version has migrated the database, and so does a start', async () => {
    database = await createTestDatabase();
    await addLaterMigration();

    const { code, lines, stderr } = await runMigrations();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const warning = { level: 40, msg: 'schema.newer', schema: FROM_LATER, unknown: [FROM_LATER] };
    expect(lines).toMatchObject([
      { ...warning, detail: expect.stringContaining('docs/upgrade.md') as string },
      { msg: 'migration.finished', ran: 0 },
    ]);
    const service = await spawnService({ entry: 'main', settings: fastSettings(database) });
    const warnings = () => service.logs.filter(({ msg }) => msg === 'schema.newer');
    expect(await eventually(warnings, { until: ({ length }) => length > 0 })).toMatchObject([warning]);
    await service.kill();
  });

  it('names the migration that fails, keeps those before it, and continues there', async () => {
    database = await createEmptyDatabase();
    await database.query('create table tenants ()');
    const [failing, ...others] = NAMES.slice(2);

    const { code, lines } = await runMigrations();

    expect(code).toBe(1);
    expect(lines.map(({ msg, migration }) => [msg, migration])).toEqual([
      ['migration.ran', NAMES[0]],
      ['migration.ran', NAMES[1]],
      ['migration.failed', undefined],
    ]);
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      err: { message: `The migration ${failing} failed: relation "tenants" already exists` },
    });
    expect(await storedNames()).toEqual(NAMES.slice(0, 2));
    await database.query('drop table tenants');
    expect((await runMigrations()).lines.map(({ migration }) => migration)).toEqual([failing, ...others, undefined]);
  });

  it('fails if PostgreSQL is away, and if a setting is invalid', async () => {
    database = await createTestDatabase();
    const away = new URL(database.url);
    away.port = '1';

    const unreachable = await runMigrations({ DATABASE_URL: away.href });
    expect(unreachable).toMatchObject({
      code: 1,
      lines: [{ msg: 'migration.failed', err: { cause: { code: 'ECONNREFUSED' } } }],
    });
    expect(JSON.stringify(unreachable)).not.toContain(away.href);
    const invalid = await runMigrations({ DATABASE_POOL_SIZE: 'many' });
    expect(invalid).toMatchObject({
      code: 1,
      lines: [{ msg: 'migration.refused', faults: [expect.stringContaining('DATABASE_POOL_SIZE')] }],
    });
  });
});
