import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Queries for what the API cannot do or show. */
  query<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>;
  /** Closes open connections and drops the database. */
  drop(): Promise<void>;
}

/** Creates a database on the real PostgreSQL that all test files share. It has the present schema and no rows. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`template ${process.env['TEST_TEMPLATE_DATABASE']} strategy file_copy`);
}

/** As `createTestDatabase`, for tests of what makes the schema. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('');
}

/** Copies a database to which nobody is connected, as a backup and its restoration would. */
export function copyDatabase({ url }: TestDatabase): Promise<TestDatabase> {
  return createDatabase(`template ${new URL(url).pathname.slice(1)} strategy file_copy`);
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(serverUrl(), `create database ${name} ${options}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (statement, values) => run(url.href, statement, values),
    drop: async () => {
      await run(serverUrl(), `drop database if exists ${name} with (force)`);
    },
  };
}

async function run<Row extends object>(
  connectionString: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TEST_DATABASE_URL is not set: run the tests by npm test.');
  return url;
}
