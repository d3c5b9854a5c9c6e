import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { environment } from '../shared/config/env.js';
import { ENVIRONMENT, freePort, type LocalServer, run, ServerProcess, until } from './local-server.js';

interface LocalRedisOptions {
  /** For its log. Nothing else is kept: the queue holds no truth. */
  readonly directory: string;
  readonly onLog?: (line: string) => void;
  readonly settings?: Readonly<Record<string, string>>;
  /** On 127.0.0.1, `free` for a free one; unless given, it listens on a private Unix socket. */
  readonly port?: 'free' | number;
}

const START_TIMEOUT_MS = 15_000;
/** One less than 104, which is what the systems have room for that have least. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Starts the machine's own Redis or Valkey for this process alone; null when it has neither. */
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
    args: toArguments({ dir: privateDirectory, ...address.settings, ...DURABLE_NOTHING, ...options.settings }),
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
    throw new Error(`${program} did not start (${server.ending ?? 'no answer'}), see ${logFile}`);
  }
  void server.ended.then(() => {
    if (!server.isStopping) options.onLog?.(`${program} ended by itself (${server.ending ?? ''}), see ${logFile}`);
  });
  options.onLog?.(`${program} is process ${server.pid}, at ${address.url}`);
  return { url: address.url, pid: server.pid, directory, stop };
}

const DURABLE_NOTHING = { save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction' };

/** Where its socket is: a directory for temporary files may be missing, full, not ours, or its path too long. */
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
  throw new AggregateError(failures, 'There is no directory in which Redis could have its socket: set TMPDIR to one.');
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
  const isSettled = await until(async () => server.ending !== undefined || (await answers(url)), START_TIMEOUT_MS);
  return isSettled && server.ending === undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    // Where there is no connection to close, ioredis would wait 2 s for it to be closed.
    if (client.status === 'ready') client.disconnect();
  }
}
