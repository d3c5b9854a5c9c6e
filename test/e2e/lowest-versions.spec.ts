import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import type { LocalServer } from '../../src/local/local-server.js';
import { LOWEST_NODE } from '../../src/shared/node-version.js';
import { ApiClient } from '../support/api-client.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, spawnService, startService } from '../support/service-process.js';
import type { TestDatabase } from '../support/test-database.js';

const NODE = resolve('node_modules/node-lowest/bin/node');
/** It reports an older version of itself. */
const OLDER_NODE = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

describe('the lowest supported versions of Node.js and PostgreSQL', () => {
  let postgres: LocalServer;
  let receiver: ScriptedReceiver;
  const services: ServiceProcess[] = [];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-lowest-'));
    postgres = await startEmbeddedPostgres({ directory, isTemporary: true, major: 15 });
    receiver = await ScriptedReceiver.start();
  });

  afterAll(async () => {
    for (const service of services) await service.stop();
    await receiver.close();
    await postgres.stop();
  });

  const settings = (): Record<string, string> => fastSettings({ url: postgres.url } as TestDatabase, PATIENT);

  it('migrate, accept, deliver and report, with API and worker as separate processes', async () => {
    const given = settings();
    const api = await startService({ entry: 'main.api', settings: given, node: NODE });
    services.push(api, await startService({ entry: 'main.worker', settings: given, node: NODE }));
    const client = new ApiClient(api.url);
    const { id } = await client.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    const delivery = await client.untilFinal((await client.publish(id, { n: 1 })).task_id);

    expect(delivery.status).toBe('delivered');
    expect(await client.request('GET', '/health')).toMatchObject({
      status: 200,
      body: {
        details: {
          postgresql: { version: expect.stringMatching(/^15\./) as string },
          deliveries: { node: LOWEST_NODE },
        },
      },
    });
    for (const path of ['/ledger', `/subscriptions/${id}`, '/metrics', '/docs']) {
      expect((await client.request('GET', path, { validate: false })).status).toBe(200);
    }
  });

  it.each(['main', 'main.api', 'main.worker'] as const)(
    'are enforced in one line when Node.js is older: %s',
    async (entry) => {
      const service = await spawnService({ entry, settings: settings(), preloads: [OLDER_NODE] });

      expect(await service.exited).toBe(1);
      expect(JSON.parse(service.output())).toMatchObject({
        level: 50,
        msg: 'start.refused',
        reason: `This service needs Node.js ${LOWEST_NODE} or newer, not 20.20.2.`,
      });
    },
  );
});
