import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { FaultyPostgres } from './faulty-postgres.js';

/** Nothing of these servers outlives a test, so nothing waits for the disk. */
const UNSAFE = { fsync: 'off', full_page_writes: 'off', shared_buffers: '16MB' };
/** Cancels readings at once for which replay would have to wait. */
const IMPATIENT = { max_standby_streaming_delay: '0' };

export interface PrimaryAndReplica {
  readonly primary: FaultyPostgres;
  readonly replica: FaultyPostgres;
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL with a database `webhooks`, and a physical copy of it that streams from it. */
export async function startPrimaryAndReplica(): Promise<PrimaryAndReplica> {
  const primary = await FaultyPostgres.start({
    directory: await newDirectory('primary'),
    settings: UNSAFE,
    isOther: true,
  });
  const [row] = await queryOn<{ data: string }>(primary.url, `select current_setting('data_directory') as data`);
  const directory = await newDirectory('replica');
  // Copied while it is stopped, as if after a crash. Both servers recover, and the copy goes on by streaming.
  await primary.crash();
  await copyCluster(row!.data, directory);
  await primary.restart();
  const { hostname, port, username, password } = new URL(primary.url);
  const settings = {
    ...UNSAFE,
    ...IMPATIENT,
    primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
  };
  const replica = await FaultyPostgres.start({ directory, settings });
  const stop = async (): Promise<void> => {
    await replica.stop();
    await primary.stop();
  };
  return { primary, replica, stop };
}

export async function queryOn<Row extends object>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** PostgreSQL may run as another user, which must be able to enter it. */
async function newDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `webhooks-${name}-`));
  await chmod(directory, 0o755);
  return directory;
}

async function copyCluster(data: string, directory: string): Promise<void> {
  const copy = join(directory, 'cluster');
  await promisify(execFile)('cp', ['-a', dirname(data), copy]);
  await rm(join(copy, 'data', 'postmaster.pid'), { force: true });
  const signal = join(copy, 'data', 'standby.signal');
  await writeFile(signal, '');
  const { uid, gid } = await stat(join(copy, 'data'));
  await chown(signal, uid, gid);
}
