import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeToken } from '../support/make-token.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/clients.mjs', import.meta.url));
/**
 * One that needs nothing but Node.js, and one in Python. The dashboard uses one of hey-api. `npm run test:clients` runs
 * all.
 */
const CLIENTS = ['openapi-fetch', 'openapi-python-client'];

/** What this machine lacks for a client; empty if it lacks nothing. */
const missingFor = (client: string): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, '--check', client], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : `the check failed: ${stderr}`;
};

const run = (args: readonly string[], env = process.env): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });

describe('a client generated from /openapi.json, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  const key = makeToken();

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });
    service = await startService({ entry: 'main', settings });
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  for (const client of CLIENTS) {
    const missing = missingFor(client);
    const test = missing === '' ? it : it.skip;
    const reason = missing === '' ? '' : ` (${missing})`;
    test(`compiles, subscribes, publishes and reads the status: ${client}${reason}`, async () => {
      const target = receiver.url(`/${client}`);

      const output = await run(['--url', service.url, '--key', key, '--target', target, client]);

      expect(output).toMatch(/^passed .*: generated, compiled, ran\n1 passed, 0 failed, 0 skipped\n$/);
      const [request] = receiver.requestsTo(`/${client}`);
      expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ order: 42 });
      expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-event-type': 'order.created' });
    });
  }

  it('is skipped, and counts as skipped, if a tool is missing', async () => {
    const args = ['--url', service.url, '--key', key, '--target', receiver.url(), 'oapi-codegen'];

    const output = await run(args, { PATH: '/nowhere' });

    expect(output).toMatch(/^skipped oapi-codegen .*: no go\n0 passed, 0 failed, 1 skipped\n$/);
  });

  it('is refused with the names of all clients if there is no such generator', async () => {
    expect(await run(['cobol'])).toMatch(/^Unknown: cobol\. Choose from hey-api, .*oapi-codegen\.\n$/);
  });
});
