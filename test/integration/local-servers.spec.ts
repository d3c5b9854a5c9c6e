import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { startLocalRedis } from '../../src/local/local-redis.js';
import { startLocalServers } from '../../src/local/local-servers.js';
import { findProcess, type LocalServer, until } from '../../src/local/local-server.js';

/** Real: the embedded PostgreSQL, and the machine's Redis. */

const WAIT_MS = 10_000;

let directory: string;
let started: LocalServer[];
let parents: ChildProcess[];

beforeEach(async () => {
  started = [];
  parents = [];
  directory = await mkdtemp(join(tmpdir(), 'webhooks-local-'));
  await chmod(directory, 0o755);
});

afterEach(async () => {
  for (const parent of parents) parent.kill('SIGKILL');
  for (const server of started) await server.stop();
  for (const used of [directory, ...started.map((server) => server.directory)]) {
    await rm(used, { recursive: true, force: true });
  }
});

describe('the embedded PostgreSQL', () => {
  it('keeps its data across a restart', async () => {
    const first = await startPostgres();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    expect(await findProcess(first.pid)).toBeNull();

    const second = await startPostgres();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('is set up as designed, whatever the environment says', async () => {
    const { url } = await startPostgres({ settings: { shared_buffers: '16MB' } });
    const [row] = await query(
      url,
      `select current_setting('timezone') as timezone, current_setting('fsync') as fsync,
              current_setting('server_encoding') as encoding, current_setting('listen_addresses') as listen,
              current_setting('max_connections') as connections, current_setting('shared_buffers') as buffers,
              current_database() as database`,
    );
    expect(row).toEqual({
      timezone: 'UTC',
      fsync: 'on',
      encoding: 'UTF8',
      listen: '127.0.0.1',
      connections: '200',
      buffers: '16MB',
      database: 'webhooks',
    });
  });

  it('requires the password, which only its owner can read', async () => {
    const server = await startPostgres();
    const url = new URL(server.url);
    const { mode } = await stat(join(server.directory, 'cluster', 'password'));
    expect(mode & 0o777).toBe(0o600);
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('refuses a directory in use, and names it and its user', async () => {
    const { pid } = await startPostgres();
    const second = startEmbeddedPostgres({ directory });
    await expect(second).rejects.toThrow(directory);
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await expect(second).rejects.toThrow(`process ${pid}`);
  });

  it('starts after it was killed, even if its lock file now names another living process', async () => {
    const first = await startPostgres();
    process.kill(first.pid, 'SIGKILL');
    expect(await until(async () => (await findProcess(first.pid)) === null, WAIT_MS)).toBe(true);
    await writeFile(join(first.directory, 'cluster', 'data', 'postmaster.pid'), `${process.pid}\n`);

    const second = await startPostgres();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('names the directory to look into when it cannot start', async () => {
    const first = await startPostgres();
    await first.stop();
    const second = startEmbeddedPostgres({ directory, settings: { max_connections: 'many' } });
    await expect(second).rejects.toThrow(/max_connections[^]*DATABASE_URL/);
  });

  it('reaches its data as its own user although the directory is closed to other users', async () => {
    await chmod(directory, 0o700);
    const first = await startPostgres();
    await query(first.url, 'create table kept (answer int)');
    await first.stop();
    const second = await startPostgres();
    expect(await query(second.url, 'select * from kept')).toEqual([]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('ends when its parent is killed', async () => {
    const parent = await startParent('startEmbeddedPostgres', 'embedded-postgres.js');
    process.kill(parent.pid, 'SIGKILL');
    expect(await until(async () => (await findProcess(parent.serverPid)) === null, WAIT_MS)).toBe(true);
  });

  it('starts at once after the parent of the previous one was killed', async () => {
    const parent = await startParent('startEmbeddedPostgres', 'embedded-postgres.js');
    process.kill(parent.pid, 'SIGKILL');
    const next = await startPostgres();
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await findProcess(parent.serverPid)).toBeNull();
  });

  it('does not get the Ctrl-C of its parent', async () => {
    const parent = await startParent('startEmbeddedPostgres', 'embedded-postgres.js');
    process.kill(-parent.pid, 'SIGINT');
    expect(await nextLine(parent.child)).toBe('answers after SIGINT');
    parent.child.kill('SIGKILL');
    // It still writes while it shuts down.
    expect(await until(async () => (await findProcess(parent.serverPid)) === null, WAIT_MS)).toBe(true);
  });
});

describe('the local Redis', () => {
  it('listens on a private socket, keeps nothing and evicts nothing', async () => {
    const server = await startRedis();
    expect(server.url).toMatch(/^unix:\/\/\/.{1,100}$/);
    const client = new Redis(server.url);
    expect(await client.config('GET', '*e*')).toEqual(
      expect.arrayContaining(['save', '', 'appendonly', 'no', 'maxmemory-policy', 'noeviction']),
    );
    client.disconnect();
    const socket = new URL(server.url).pathname;
    expect((await stat(join(socket, '..'))).mode & 0o777).toBe(0o700);

    await server.stop();
    expect(await findProcess(server.pid)).toBeNull();
    await expect(stat(join(socket, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('listens on a port when asked to', async () => {
    const server = await startRedis({ port: 'free', settings: { databases: '3' } });
    expect(server.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    const client = new Redis(server.url);
    expect(await client.config('GET', 'databases')).toEqual(['databases', '3']);
    client.disconnect();
  });

  it('ends when its parent is killed, and leaves no socket', async () => {
    const parent = await startParent('startLocalRedis', 'local-redis.js');
    process.kill(parent.pid, 'SIGKILL');
    expect(await until(async () => (await findProcess(parent.serverPid)) === null, WAIT_MS)).toBe(true);
    const socketDirectory = join(new URL(parent.url).pathname, '..');
    expect(await until(() => !existsSync(socketDirectory), WAIT_MS)).toBe(true);
  });

  it('shows its log when it does not start', async () => {
    await expect(startRedis({ settings: { databases: 'many' } })).rejects.toThrow(join(directory, 'redis.log'));
  });

  it.each([
    ['is missing', () => '/nowhere/at/all'],
    ['has a path that is too long for a socket', (directory: string) => join(directory, 'x'.repeat(90))],
  ])('puts its socket elsewhere when the directory for temporary files %s', async (_, temporary) => {
    const path = temporary(directory);
    if (path.startsWith(directory)) await mkdir(path);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = path;
    try {
      started.push((await startLocalRedis({ directory }))!);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }

    expect(Buffer.byteLength(started[0]!.url)).toBeLessThan('unix://'.length + 104);
  });
});

describe('the decisions of a local start', () => {
  const said: string[] = [];
  const say = (line: string): void => {
    said.push(line);
  };
  const given = { DATABASE_URL: 'postgres://somewhere', REDIS_URL: 'redis://somewhere' };

  it('treat an empty variable as missing', async () => {
    const { settings } = await startLocalServers(
      { ...given, ENCRYPTION_KEY: '', ENCRYPTION_KEYS: ' ', API_ACCESS: '' },
      say,
      directory,
    );

    expect(Buffer.from(settings['ENCRYPTION_KEY']!, 'base64')).toHaveLength(32);
    expect(settings['API_ACCESS']).toBe('open');
  });

  it.each(['x86_64-conda-linux-gnu', 'my-laptop'])(
    'ignore a HOST that is not an address, and say so: %s',
    async (host) => {
      const { settings } = await startLocalServers({ ...given, HOST: host }, say, directory);

      expect(settings['HOST']).toBe('127.0.0.1');
      expect(said.join()).toContain(host);
    },
  );

  it.each(['0.0.0.0', '::', '127.0.0.2', 'localhost'])('keep a HOST that is an address: %s', async (host) => {
    expect((await startLocalServers({ ...given, HOST: host }, say, directory)).settings['HOST']).toBeUndefined();
  });
});

async function startPostgres(options: { settings?: Record<string, string> } = {}): Promise<LocalServer> {
  const server = await startEmbeddedPostgres({ directory, ...options });
  started.push(server);
  return server;
}

async function startRedis(options: { port?: 'free'; settings?: Record<string, string> } = {}): Promise<LocalServer> {
  const server = await startLocalRedis({ directory, ...options });
  if (server === null) throw new Error('There is no redis-server and no valkey-server on PATH.');
  started.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface Parent {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly serverPid: number;
  readonly url: string;
}

/** Another process, from the build, that starts a server and reports it; on SIGINT it asks the server again. */
async function startParent(start: string, file: string): Promise<Parent> {
  const module = join(process.cwd(), 'dist', 'src', 'local', file);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PARENT, module, start, directory], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  parents.push(child);
  const { pid, url } = JSON.parse(await nextLine(child)) as { pid: number; url: string };
  return { child, pid: child.pid ?? 0, serverPid: pid, url };
}

const PARENT = `
  import pg from 'pg';
  const [module, start, directory] = process.argv.slice(1);
  const server = await (await import(module))[start]({ directory });
  process.on('SIGINT', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.end();
    console.log('answers after SIGINT');
  });
  setInterval(() => undefined, 1000);
  console.log(JSON.stringify(server));
`;

async function nextLine({ stdout }: ChildProcess): Promise<string> {
  const [chunk] = (await once(stdout ?? new EventEmitter(), 'data')) as [Buffer];
  return chunk.toString().trim();
}
