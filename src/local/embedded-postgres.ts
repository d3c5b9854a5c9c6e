import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { clientOptions } from '../shared/database/client-options.js';
import {
  type Account,
  canEnter,
  ensureShelter,
  ENVIRONMENT,
  findProcess,
  freePort,
  type LocalServer,
  run,
  ServerProcess,
  shelterFor,
  until,
} from './local-server.js';
import { findBinaries, makeAside } from './postgres-binaries.js';

interface EmbeddedPostgresOptions {
  /** For the data, which outlives restarts. */
  readonly directory: string;
  readonly onLog?: (line: string) => void;
  /** Server settings that extend or override ours, such as `{ shared_buffers: '512MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether to remove the directory when the server has ended. */
  readonly isTemporary?: boolean;
  /** Port on 127.0.0.1; defaults to a free one. */
  readonly port?: number;
  /** Cluster to start from a copy of; its server must have ended. Defaults to a new, empty one. */
  readonly copied?: string | undefined;
  /** Defaults to the newest version. Tests also use 15, the oldest that the service supports. */
  readonly major?: 15;
}

interface Place {
  readonly directory: string;
  /** User that runs the server; undefined for the user of this process. */
  readonly account: Account | undefined;
}

type Log = (line: string) => void;

const DATABASE = 'webhooks';
/** The SQLSTATE of a server that is starting or stopping. */
const CANNOT_CONNECT_NOW = '57P03';
/** Sorts the same on every system. PostgreSQL 15 does not have it. */
const BUILTIN_LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const START_ATTEMPTS = 3;
const OWNER_PATIENCE_MS = 1_000;
/** A start includes recovery after a crash. */
const START_TIMEOUT_MS = 120_000;
const STOP_SIGNALS = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 5_000],
] as const;

/**
 * Starts the embedded PostgreSQL on 127.0.0.1, with a database `webhooks`. It stops when this process ends, even by
 * SIGKILL.
 *
 * @throws if the binaries are not installed, or another process uses the directory
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<LocalServer> {
  const log: Log = (line) => options.onLog?.(line);
  try {
    await fs.mkdir(options.directory, { recursive: true });
    const place = await findPlace(await fs.realpath(options.directory), log);
    const binaries = await findBinaries(options.major, place.account, log);
    await ensureCluster(binaries, place, options);
    const server = await launch(join(binaries, 'postgres'), place, options);
    return handOver(server, place, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${reason}\nTo use another PostgreSQL instead of the embedded one, set DATABASE_URL.`, { cause });
  }
}

async function findPlace(wanted: string, log: Log): Promise<Place> {
  if (process.getuid?.() !== 0) return { directory: wanted, account: undefined };
  const shelter = shelterFor(wanted);
  const kept = [wanted, shelter].find((directory) => existsSync(join(directory, 'cluster')));
  const account = await findAccount(kept);
  const directory = kept ?? ((await canEnter(account, wanted)) ? wanted : shelter);
  if (directory === shelter) {
    await ensureShelter(shelter);
    log(`PostgreSQL refuses to run as root, and user ${account.uid} can't enter ${wanted}: its data is in ${shelter}`);
  }
  return { directory, account };
}

/** Finds a user to run PostgreSQL, which refuses to run as root. Existing data keeps its owner. */
async function findAccount(kept: string | undefined): Promise<Account> {
  if (kept !== undefined) {
    const { uid, gid } = await fs.stat(join(kept, 'cluster'));
    if (uid !== 0) return { uid, gid };
  }
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null);
    if (ids) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.');
}

/** Creates the data directory and the password file, unless they exist. */
async function ensureCluster(
  binaries: string,
  { directory, account }: Place,
  { copied, major }: EmbeddedPostgresOptions,
): Promise<void> {
  const cluster = join(directory, 'cluster');
  if (existsSync(cluster)) return;
  if (account === undefined) assertHasName();
  await makeAside(cluster, async (fresh) => {
    if (copied !== undefined) {
      await run('cp', ['-a', `${copied}/.`, fresh]);
      return;
    }
    const passwordFile = join(fresh, 'password');
    await fs.writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (account) await Promise.all([fresh, passwordFile].map((path) => fs.chown(path, account.uid, account.gid)));
    const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    const locale = major === undefined ? BUILTIN_LOCALE : [];
    const files = [`--pgdata=${join(fresh, 'data')}`, `--pwfile=${passwordFile}`];
    await run(join(binaries, 'initdb'), [...options, ...locale, ...files], {
      cwd: fresh,
      env: ENVIRONMENT,
      ...account,
    });
  });
}

/** `initdb` looks up the current user in the user database, even if the user name is an option. */
function assertHasName(): void {
  try {
    userInfo();
  } catch {
    throw new Error(
      `PostgreSQL's initdb needs a user with a name, but the current user, ${process.getuid?.() ?? ''}, has none. ` +
        'Add one to /etc/passwd, or run this as another user.',
    );
  }
}

interface Serving {
  readonly process: ServerProcess;
  readonly url: string;
}

async function launch(
  program: string,
  { directory, account }: Place,
  options: EmbeddedPostgresOptions,
): Promise<Serving> {
  const logFile = join(directory, 'postgres.log');
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
    const stalePid = await endOrphan(directory, options);
    const port = options.port ?? (await freePort());
    const server = new ServerProcess({
      program,
      args: toArguments(join(directory, 'cluster', 'data'), { ...ourSettings(port), ...options.settings }),
      directory,
      logFile,
      account,
      env: { ...ENVIRONMENT, ...(stalePid !== null && { PG_GRANDPARENT_PID: `${stalePid}` }) },
      stopSignals: STOP_SIGNALS,
      ...(options.isTemporary && { temporaryDirectory: directory }),
    });
    const password = await fs.readFile(join(directory, 'cluster', 'password'), 'utf8');
    const url = `postgres://postgres:${password}@127.0.0.1:${port}`;
    if (await isServing(server, url)) return { process: server, url: `${url}/${DATABASE}` };
    // Another process may have taken the port, or child processes of a killed server may still be running.
    if (attempt < START_ATTEMPTS) await delay(attempt * 500);
  }
  const lines = (await fs.readFile(logFile, 'utf8')).trim().split('\n').slice(-10);
  throw new Error(`PostgreSQL did not start in ${directory}:\n${lines.join('\n')}`);
}

function handOver(
  { process: server, url }: Serving,
  { directory }: Place,
  options: EmbeddedPostgresOptions,
): LocalServer {
  options.onLog?.(`PostgreSQL is running as process ${server.pid}; its data is in ${directory}`);
  void server.ended.then(() => {
    if (server.isStopping) return;
    options.onLog?.(`PostgreSQL ended unexpectedly (${server.ending ?? ''}); see ${directory}/postgres.log`);
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    if (options.isTemporary) await fs.rm(directory, { recursive: true, force: true });
  };
  return { url, pid: server.pid, directory, stop };
}

function ourSettings(port: number): Record<string, string> {
  return {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // PostgreSQL ignores this setting. It tells a later start which process owned the server.
    'embedded.owner': `${process.pid}`,
  };
}

function toArguments(data: string, settings: Readonly<Record<string, string>>): string[] {
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * Stops a server that is still running after its owner was killed.
 *
 * @returns the process id in the stale lock file; null if there is none. Another process may have this id by now.
 * PostgreSQL must be told, or it takes that process for a running server
 * @throws if the owner of the server is alive
 */
async function endOrphan(directory: string, options: EmbeddedPostgresOptions): Promise<number | null> {
  const data = join(directory, 'cluster', 'data');
  const lock = await fs.readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(lock, 10);
  if (Number.isNaN(pid)) return null;
  const findServer = async () => {
    const found = await findProcess(pid);
    return found?.command.includes(`-D ${data} `) ? found : null;
  };
  const server = await findServer();
  if (server === null) return pid;
  const owner = Number(/embedded\.owner=(\d+)/.exec(server.command)?.[1] ?? server.parentPid);
  // For a moment, a killed owner may still be listed as the parent.
  const isLeft = async () => (await findServer())?.parentPid !== owner;
  if (!(await until(isLeft, OWNER_PATIENCE_MS))) {
    throw new Error(`${directory} is in use by process ${owner}, which runs PostgreSQL as process ${pid}.`);
  }
  options.onLog?.(`Stopping PostgreSQL, process ${pid}, which process ${owner} left running`);
  for (const [signal, patienceMs] of STOP_SIGNALS) {
    process.kill(pid, signal);
    if (await until(async () => (await findServer()) === null, patienceMs)) return pid;
  }
  throw new Error(`${directory} is in use by PostgreSQL, process ${pid}, which does not stop.`);
}

/** Waits until the server accepts connections. @returns false if the server has ended instead */
async function isServing(server: ServerProcess, url: string): Promise<boolean> {
  try {
    const isMet = async () => server.ending !== undefined || (await ensureDatabase(url));
    if (!(await until(isMet, START_TIMEOUT_MS))) throw new Error('PostgreSQL accepts no connections.');
  } catch (error) {
    // If the server has ended, the error came from another process that took its port.
    if (server.ending !== undefined) return false;
    await server.stop();
    throw error;
  }
  return server.ending === undefined;
}

/** @returns false while the server does not accept connections yet */
async function ensureDatabase(url: string): Promise<boolean> {
  const client = new Client({
    ...clientOptions(`${url}/postgres`, 'webhooks-local'),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code !== CANNOT_CONNECT_NOW) throw error;
    return false;
  } finally {
    await client.end();
  }
}
