import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/local/local-server.js';
import { eventually } from './eventually.js';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** A real PgBouncer in front of a database. Apart from its pool mode and logins, it has its stock settings. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    private readonly database: string,
    private readonly port: number,
  ) {}

  static async start(databaseUrl: string, mode: PoolMode): Promise<PgBouncer> {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-pgbouncer-'));
    // As root, PgBouncer changes to another user, which reads the file again on each reload.
    await chmod(directory, 0o755);
    const port = await freePort();
    const file = join(directory, 'pgbouncer.ini');
    await writeFile(file, configuration(databaseUrl, port, mode));
    const user = process.getuid?.() === 0 ? ['--user=nobody'] : [];
    const child = spawn('pgbouncer', [...user, file], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
    });
    await once(child, 'spawn');
    const pooler = new PgBouncer(child, directory, databaseUrl, port);
    await eventually(() => pooler.assertListening());
    return pooler;
  }

  get url(): string {
    const url = new URL(this.database);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Changes the mode while clients are connected. Sessions that a client holds stay as they are until it leaves. */
  async changeMode(mode: PoolMode): Promise<void> {
    await writeFile(join(this.directory, 'pgbouncer.ini'), configuration(this.database, this.port, mode));
    this.child.kill('SIGHUP');
  }

  async stop(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
    await rm(this.directory, { recursive: true, force: true });
  }

  private async assertListening(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect').finally(() => socket.destroy());
  }
}

function configuration(databaseUrl: string, port: number, mode: PoolMode): string {
  const { hostname, port: serverPort, username, password, pathname } = new URL(databaseUrl);
  const name = pathname.slice(1);
  const server = `host=${hostname} port=${serverPort} dbname=${name} user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
  return [
    '[databases]',
    `${name} = ${server}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    '',
  ].join('\n');
}
