import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { LocalServer } from '../../src/local/local-server.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { eventually } from '../support/eventually.js';
import { literalStatement } from '../support/literal-statement.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
import { selfSigned, selfSignedElsewhere } from '../support/self-signed.js';
import { silentLogger } from '../support/silent-logger.js';

const IS_ENCRYPTED = 'select ssl as "isEncrypted" from pg_stat_ssl where pid = pg_backend_pid()';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Real: a PostgreSQL of its own, with and without TLS, and with certificates for its own and for another name. */
describe('sslmode in DATABASE_URL', () => {
  let server: LocalServer;
  let directory: string;
  /** Files that the server may read, and the test. */
  let files: string;
  const authorities = new Map<string, string>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-tls-'));
    server = await startPreparedPostgres({ directory, isTemporary: true });
    [{ files }] = await run<{ files: string }>(`select current_setting('data_directory') as files`);
    for (const [name, { cert }] of Object.entries({ own: selfSigned, elsewhere: selfSignedElsewhere })) {
      const file = join(files, `${name}.ca`);
      await writeFile(file, cert);
      authorities.set(name, file);
    }
  });

  afterAll(() => server.stop());

  it('uses TLS only where the server has it, if it is prefer', async () => {
    await useTls(selfSignedElsewhere);
    expect(await connectBy('sslmode=prefer')).toBe('encrypted');
    await useTls(null);
    expect(await connectBy('sslmode=prefer')).toBe('plain');
    expect(await connectBy('')).toBe('plain');
  });

  it('accepts no server without TLS, if it is stricter', async () => {
    await useTls(null);
    for (const mode of ['require', `verify-ca&sslrootcert=${authorities.get('own')}`, 'verify-full']) {
      expect(await connectBy(`sslmode=${mode}`)).toContain('does not support SSL');
    }
  });

  it('checks the authority and the name as far as it says', async () => {
    await useTls(selfSignedElsewhere);
    const [own, elsewhere] = [authorities.get('own'), authorities.get('elsewhere')];

    expect(await connectBy('sslmode=require')).toBe('encrypted');
    expect(await connectBy(`sslmode=require&sslrootcert=${own}`)).toContain('self-signed certificate');
    expect(await connectBy(`sslmode=require&sslrootcert=${elsewhere}`)).toBe('encrypted');
    expect(await connectBy(`sslmode=verify-ca&sslrootcert=${own}`)).toContain('self-signed certificate');
    expect(await connectBy(`sslmode=verify-ca&sslrootcert=${elsewhere}`)).toBe('encrypted');
    expect(await connectBy(`sslmode=verify-full&sslrootcert=${elsewhere}`)).toContain('does not match');
    expect(await connectBy('sslmode=verify-full&sslrootcert=system')).toContain('self-signed certificate');
  });

  it('is satisfied by the right authority and name', async () => {
    await useTls(selfSigned);

    expect(await connectBy(`sslmode=verify-full&sslrootcert=${authorities.get('own')}`)).toBe('encrypted');
    expect(await connectBy(`sslmode=verify-full&sslrootcert=${authorities.get('elsewhere')}`)).toContain('self-signed');
  });

  /** @returns `encrypted`, `plain`, or the message of the failure */
  async function connectBy(parameters: string): Promise<string> {
    const hotPath = new HotPath({ databaseUrl: `${server.url}?${parameters}`, databasePoolSize: 1 }, silentLogger);
    try {
      const [row] = await hotPath.query<{ isEncrypted: boolean }>(literalStatement('tls', IS_ENCRYPTED));
      return row?.isEncrypted ? 'encrypted' : 'plain';
    } catch (error) {
      return String(error);
    } finally {
      await hotPath.onApplicationShutdown();
    }
  }

  async function useTls(certificate: Certificate | null): Promise<void> {
    if (certificate !== null) {
      const { uid, gid } = await stat(files);
      for (const [name, content] of [
        ['tls.crt', certificate.cert],
        ['tls.key', certificate.key],
      ] as const) {
        await rm(join(files, name), { force: true });
        await writeFile(join(files, name), content, { mode: 0o600 });
        await chown(join(files, name), uid, gid);
      }
      await run(`alter system set ssl_cert_file = '${join(files, 'tls.crt')}'`);
      await run(`alter system set ssl_key_file = '${join(files, 'tls.key')}'`);
    }
    await run(`alter system set ssl = ${certificate === null ? 'off' : 'on'}`);
    await run('select pg_reload_conf()');
    const expected = certificate === null ? 'plain' : 'encrypted';
    await eventually(() => connectBy('sslmode=prefer'), { until: (found) => found === expected });
  }

  async function run<Row extends object>(statement: string): Promise<[Row, ...Row[]]> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows as [Row, ...Row[]];
    } finally {
      await client.end();
    }
  }
});
