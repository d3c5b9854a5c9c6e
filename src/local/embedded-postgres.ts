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
  /** Keeps the data. What is in it outlives restarts. */
  readonly directory: string;
  readonly onLog?: (line: string) => void;
  /** Server settings beside or instead of ours, such as `{ shared_buffers: '512MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The directory is removed when the server has ended. */
  readonly isTemporary?: boolean;
  /** On 127.0.0.1; a free one unless given. */
  readonly port?: number;
  /** The oldest that the service runs on, for tests; the newest unless given. */
  readonly major?: 15;
}

/** Where the server lives and as whom it runs; no account means as this process does. */
interface Place {
  readonly directory: string;
  readonly account: Account | undefined;
}

type Log = (line: string) => void;

const DATABASE = 'webhooks';
/** While it starts or stops. */
const CANNOT_CONNECT_NOW = '57P03';
/** PostgreSQL 15 has none that sorts the same on every system. */
const BUILTIN_LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const START_ATTEMPTS = 3;
const OWNER_PATIENCE_MS = 1_000;
/** Recovery after a crash is a part of the start. */
const START_TIMEOUT_MS = 120_000;
const STOP_SIGNALS = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 5_000],
] as const;

/**
 * Starts a PostgreSQL of the project's own on a free port of 127.0.0.1, with a database `webhooks`. It ends when this
 * process ends, however that comes about.
 *
 * @throws when the binaries are not installed, or the directory is in use by another process
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<LocalServer> {
  const log: Log = (line) => options.onLog?.(line);
  try {
    await fs.mkdir(options.directory, { recursive: true });
    const place = await findPlace(await fs.realpath(options.directory), log);
    const binaries = await findBinaries(options.major, place.account, log);
    await ensureCluster(binaries, place, options.major === undefined ? BUILTIN_LOCALE : []);
    const server = await launch(join(binaries, 'postgres'), place, options);
    return handOver(server, place, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${reason}\nSet DATABASE_URL to use another PostgreSQL than the embedded one.`, { cause });
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

/** PostgreSQL refuses to run as root. Data that exists stays with its owner, whichever users appear later. */
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

/** A cluster is the data and the password that opens it. */
async function ensureCluster(
  binaries: string,
  { directory, account }: Place,
  locale: readonly string[],
): Promise<void> {
  const cluster = join(directory, 'cluster');
  if (existsSync(cluster)) return;
  if (account === undefined) assertHasName();
  await makeAside(cluster, async (fresh) => {
    const passwordFile = join(fresh, 'password');
    await fs.writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (account) await Promise.all([fresh, passwordFile].map((path) => fs.chown(path, account.uid, account.gid)));
    const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    const files = [`--pgdata=${join(fresh, 'data')}`, `--pwfile=${passwordFile}`];
    await run(join(binaries, 'initdb'), [...options, ...locale, ...files], {
      cwd: fresh,
      env: ENVIRONMENT,
      ...account,
    });
  });
}

/** `initdb` looks itself up in /etc/passwd or what stands for it, whatever name it is given. */
function assertHasName(): void {
  try {
    userInfo();
  } catch {
    throw new Error(
      `PostgreSQL's initdb needs a user that has a name, and user ${process.getuid?.() ?? ''}, who runs this, has none: ` +
        'add one to /etc/passwd, or run this as another user.',
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
    // Another process may have taken the port, or what a killed server left behind may still be ending.
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
  options.onLog?.(`PostgreSQL is process ${server.pid}, its data is in ${directory}`);
  void server.ended.then(() => {
    if (server.isStopping) return;
    options.onLog?.(`PostgreSQL ended by itself (${server.ending ?? ''}), see ${directory}/postgres.log`);
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
    // Not a setting of PostgreSQL: it tells a later start whose server this was.
    'embedded.owner': `${process.pid}`,
  };
}

function toArguments(data: string, settings: Readonly<Record<string, string>>): string[] {
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * Makes way for a start: ends a server whose parent was killed.
 *
 * @returns the process id in a lock file that no server holds any more; another process may bear it by now, which
 * PostgreSQL must be told, or it takes that one for the server
 * @throws when the server's parent lives
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
  // An owner that was killed a moment ago may still stand there as the parent.
  const isLeft = async () => (await findServer())?.parentPid !== owner;
  if (!(await until(isLeft, OWNER_PATIENCE_MS))) {
    throw new Error(`${directory} is in use by process ${owner}, whose PostgreSQL is process ${pid}.`);
  }
  options.onLog?.(`Ending PostgreSQL, process ${pid}, which process ${owner} left behind`);
  for (const [signal, patienceMs] of STOP_SIGNALS) {
    process.kill(pid, signal);
    if (await until(async () => (await findServer()) === null, patienceMs)) return pid;
  }
  throw new Error(`${directory} is in use by PostgreSQL, process ${pid}, which does not end.`);
}

/** @returns false when the server has ended instead. */
async function isServing(server: ServerProcess, url: string): Promise<boolean> {
  try {
    const isMet = async () => server.ending !== undefined || (await ensureDatabase(url));
    if (!(await until(isMet, START_TIMEOUT_MS))) throw new Error('PostgreSQL takes no connections.');
  } catch (error) {
    // If it has ended, somebody else took its port and gave that answer.
    if (server.ending !== undefined) return false;
    await server.stop();
    throw error;
  }
  return server.ending === undefined;
}

/** @returns false while the server does not take connections yet. */
async function ensureDatabase(url: string): Promise<boolean> {
  const client = new Client({
    ...clientOptions(`${url}/postgres`, { applicationName: 'webhooks-local' }),
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
