import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { environment } from '../shared/config/env.js';
import { ENVIRONMENT, freePort, type LocalServer, run, ServerProcess, until } from './local-server.js';

interface LocalRedisOptions {
  /** For its log. Jobs are not persisted, because deliveries are in PostgreSQL. */
  readonly directory: string;
  readonly onLog?: (line: string) => void;
  readonly settings?: Readonly<Record<string, string>>;
  /** Port on 127.0.0.1, or `free` for any free one. Without it, Redis listens on a private Unix socket. */
  readonly port?: 'free' | number;
}

const START_TIMEOUT_MS = 15_000;
/** The smallest limit of all platforms is 104 bytes, including the terminating NUL. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Starts the installed Redis or Valkey, for this process only. @returns null if neither is installed */
export async function startLocalRedis(options: LocalRedisOptions): Promise<LocalServer | null> {
  const env = { ...ENVIRONMENT, PATH: environment()['PATH'] ?? ENVIRONMENT.PATH };
  const program = await findProgram(env);
  if (program === null) return null;
  await mkdir(options.directory, { recursive: true });
  const directory = await realpath(options.directory);
  const privateDirectory = await makePrivateDirectory(directory);
  const address = await chooseAddress(options, privateDirectory);
  const logFile = join(directory, 'redis.log');
  const server = new ServerProcess({
    program,
    args: toArguments({ dir: privateDirectory, ...address.settings, ...NOT_DURABLE, ...options.settings }),
    directory: privateDirectory,
    logFile,
    env,
    stopSignals: [
      ['SIGTERM', 5_000],
      ['SIGKILL', 5_000],
    ],
    temporaryDirectory: privateDirectory,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(privateDirectory, { recursive: true, force: true });
  };
  if (!(await isServing(server, address.url))) {
    await stop();
    throw new Error(`${program} did not start (${server.ending ?? 'no response'}); see ${logFile}`);
  }
  void server.ended.then(() => {
    if (!server.isStopping) options.onLog?.(`${program} ended unexpectedly (${server.ending ?? ''}); see ${logFile}`);
  });
  options.onLog?.(`${program} is running as process ${server.pid}, at ${address.url}`);
  return { url: address.url, pid: server.pid, directory, stop };
}

const NOT_DURABLE = { save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction' };

/** Creates a directory for the socket. A directory for temporary files may be unusable, or its path too long. */
async function makePrivateDirectory(directory: string): Promise<string> {
  const failures: unknown[] = [];
  for (const parent of [tmpdir(), '/tmp', '/var/tmp', directory]) {
    const prefix = join(parent, 'webhooks-redis-');
    if (Buffer.byteLength(socketIn(`${prefix}XXXXXX`)) > MAX_SOCKET_PATH_BYTES) continue;
    try {
      return await mkdtemp(prefix);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    'No directory was suitable for the socket of Redis. Set TMPDIR to a writable directory with a short path.',
  );
}

function socketIn(directory: string): string {
  return join(directory, 'redis.sock');
}

async function findProgram(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const program of ['redis-server', 'valkey-server']) {
    if (await run(program, ['--version'], { env }).catch(() => null)) return program;
  }
  return null;
}

async function chooseAddress(options: LocalRedisOptions, privateDirectory: string) {
  if (options.port !== undefined) {
    const port = options.port === 'free' ? await freePort() : options.port;
    return { url: `redis://127.0.0.1:${port}`, settings: { port: `${port}`, bind: '127.0.0.1' } };
  }
  const socket = socketIn(privateDirectory);
  return { url: `unix://${socket}`, settings: { port: '0', unixsocket: socket, unixsocketperm: '700' } };
}

function toArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function isServing(server: ServerProcess, url: string): Promise<boolean> {
  const isSettled = await until(async () => server.ending !== undefined || (await responds(url)), START_TIMEOUT_MS);
  return isSettled && server.ending === undefined;
}

async function responds(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    // If there is no connection, disconnect() would wait 2 s for one to close.
    if (client.status === 'ready') client.disconnect();
  }
}
