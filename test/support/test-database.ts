import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Queries for what the API cannot do or show. */
  query<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>;
  /** Closes the connections of `query`. The next query opens another. */
  disconnect(): Promise<void>;
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
export async function copyDatabase(database: TestDatabase): Promise<TestDatabase> {
  await database.disconnect();
  return createDatabase(`template ${new URL(database.url).pathname.slice(1)} strategy file_copy`);
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} ${options}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  // Tests poll, and a connection costs more than what they ask.
  let pool: Pool | null = null;
  const disconnect = async (): Promise<void> => {
    const left = pool;
    pool = null;
    await left?.end();
  };
  return {
    url: url.href,
    query: async <Row extends object>(statement: string, values: unknown[] = []) => {
      pool ??= poolTo(url.href);
      return (await pool.query<Row>(statement, values)).rows;
    },
    disconnect,
    drop: async () => {
      await disconnect();
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

function poolTo(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 4, allowExitOnIdle: true });
  // A server that ends an idle connection has a reason. The next query opens another.
  pool.on('error', () => undefined);
  return pool;
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TEST_DATABASE_URL is not set: run the tests by npm test.');
  return url;
}
