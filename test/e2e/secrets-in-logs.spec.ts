import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { makeToken } from '../support/make-token.js';
import { createKey, type CreatedKeyAnswer, createTenant } from '../support/access.js';
import { ApiClient, type ApiResponse } from '../support/api-client.js';
import { builtFile } from '../support/built-file.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { knownSecrets, rememberSecret, secretsFoundIn } from '../support/known-secrets.js';
import { hang, reset, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testRedisUrl } from '../support/test-redis.js';

/** A value that is found nowhere else. */
function aSecret(what: string): string {
  const secret = `${what}-${randomBytes(12).toString('hex')}`;
  rememberSecret(secret);
  return secret;
}

const ENCRYPTION_KEY = randomBytes(32).toString('base64');

describe('the logs of a run at trace, with real PostgreSQL, Redis and receivers', () => {
  const role = `role_${randomBytes(4).toString('hex')}`;
  const passwords = { postgres: aSecret('postgres'), api: aSecret('redis'), worker: aSecret('redis') };
  /** Users of Redis. */
  const users = { api: `${role}_api`, worker: `${role}_worker` };
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let redis: Redis;
  let services: ServiceProcess[] = [];
  let admin: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    redis = new Redis(testRedisUrl());
    await database.query(`create role ${role} superuser login password '${passwords.postgres}'`);
    for (const each of ['api', 'worker'] as const) {
      await redis.call('ACL', 'SETUSER', users[each], 'on', `>${passwords[each]}`, '~*', '&*', '+@all');
    }
    const bootstrapKey = makeToken();
    const settings = fastSettings(database, {
      API_ACCESS: 'keys',
      BOOTSTRAP_API_KEY: bootstrapKey,
      LOG_LEVEL: 'trace',
      ENCRYPTION_KEY,
      DATABASE_URL: withAccess(database.url, role, passwords.postgres),
      MAX_PAYLOAD_BYTES: '2048',
    });
    services = await Promise.all(
      (['api', 'worker'] as const).map((each) => {
        const own = { ...settings, REDIS_URL: withAccess(testRedisUrl(), users[each], passwords[each]) };
        return startService({ entry: `main.${each}`, settings: own });
      }),
    );
    admin = new ApiClient(services[0]!.url).as(bootstrapKey);
  });

  afterAll(async () => {
    await Promise.all(services.filter(({ hasEnded }) => !hasEnded).map((service) => service.kill()));
    await redis.call('ACL', 'DELUSER', users.api, users.worker);
    redis.disconnect();
    await receiver.close();
    await database.drop();
  });

  const withAccess = (address: string, user: string, password: string): string => {
    const url = new URL(address);
    url.username = user;
    url.password = password;
    return url.href;
  };
  /** Where nothing listens. */
  const refusingUrl = async (): Promise<string> => {
    const gone = await ScriptedReceiver.start();
    const url = gone.url();
    await gone.close();
    return url;
  };
  const aTarget = (path: string): string => receiver.url(`${path}?token=${aSecret('in-url')}`);
  const attempt = (client: ApiClient, call: string, body?: object | string, headers = {}): Promise<ApiResponse> => {
    const [method = '', path = ''] = call.split(' ');
    return client.request(method, path, { ...(body !== undefined && { body }), headers, validate: false });
  };

  const deliver = async (): Promise<void> => {
    receiver.script('/failing', respond(500, { body: aSecret('answer') }), reset(), hang());
    const receivers = ['/well', '/failing'].map(aTarget);
    const authentications = [
      { type: 'bearer', token: aSecret('token') },
      { type: 'basic', username: 'user', password: aSecret('password') },
      null,
    ];
    for (const target of [...receivers, `${await refusingUrl()}?token=${aSecret('in-url')}`]) {
      for (const [index, auth] of authentications.entries()) {
        const { id } = await admin.createSubscription({
          target_url: target,
          event_type: 'order.created',
          headers: { 'X-Api-Key': aSecret('header'), Cookie: `session=${aSecret('cookie')}` },
          retry: { max_attempts: 3 },
          timeout: 0.3,
          ...{ auth, signature_scheme: index === 0 ? 'v1a' : 'v1' },
        });
        await admin.expect(200, 'POST', `/subscriptions/${id}/rotate-secret`, { body: { secret: aSecret('rotated') } });
        await admin.expect(200, 'GET', `/subscriptions/${id}/secret`);
        const json = await admin.publish(id, { order: aSecret('payload'), password: aSecret('in-payload') });
        const text = await admin.publish(id, aSecret('text'), { 'content-type': 'text/plain' });
        for (const { task_id: taskId } of [json, text]) await admin.untilFinal(taskId);
        await admin.expect(202, 'POST', `/deliveries/${json.task_id}/retry`);
      }
    }
    await admin.broadcast('order.created', { order: aSecret('payload') }, { 'idempotency-key': 'once' });
  };

  const refuse = async (): Promise<ApiResponse[]> => {
    await createTenant(admin, 'acme');
    const { id, key } = await createKey(admin, { role: 'manager', tenant_id: 'acme' });
    await admin.expect<CreatedKeyAnswer>(201, 'POST', `/keys/${id}/rotate`, { body: { overlap: 0 } });
    const { id: subscription } = await admin.createSubscription({ target_url: 'https://1.1.1.1', event_type: 'order.created', verify_ingest: true }); // prettier-ignore
    const json = { 'content-type': 'application/json' };
    const subscribe = (input: object) =>
      attempt(admin, 'POST /subscriptions', { target_url: 'https://1.1.1.1', event_type: 'a', ...input });
    return [
      await attempt(admin.as(key), 'GET /subscriptions'),
      await attempt(admin.as(makeToken()), 'GET /subscriptions'),
      await attempt(admin.as(aSecret('no-key')), 'GET /subscriptions'),
      await attempt(admin, 'GET /subscriptions', undefined, { 'x-tenant': aSecret('tenant') }),
      await attempt(admin, `POST /ingest/${subscription}`, { order: aSecret('unsigned') }),
      await attempt(admin, `POST /ingest/${subscription}`, {
        body: aSecret('body'),
        signature: aSecret('signature'),
      }),
      await attempt(admin, 'POST /webhooks/order.created', `{"order": ${aSecret('no-json')}`, json),
      await attempt(admin, 'POST /webhooks/order.created', aSecret('too-large').repeat(100), json),
      await attempt(
        admin,
        'POST /webhooks/order.created',
        { order: aSecret('payload') },
        { 'idempotency-key': 'once' },
      ),
      await attempt(admin, 'POST /subscriptions', `{"secret": "${aSecret('no-json')}"`, json),
      await subscribe({ secret: `whsec_${aSecret('no-base64')}!` }),
      await subscribe({ secret: `whsk_${aSecret('no-seed')}` }),
      await subscribe({ headers: { 'X-Api-Key': `${aSecret('header')}\u0007` } }),
      await subscribe({ auth: { type: 'bearer', token: `${aSecret('token')}\u0007` } }),
      await subscribe({ auth: { type: 'basic', username: 'a:b', password: aSecret('password') } }),
      await subscribe({ target_url: `https://user:${aSecret('url-password')}@1.1.1.1` }),
      await subscribe({ target_url: `https://10.0.0.1/?token=${aSecret('blocked')}` }),
      await subscribe({ [aSecret('field')]: aSecret('value') }),
      await attempt(admin, `GET /subscriptions/${aSecret('id')}`),
      await attempt(admin, `GET /deliveries?status=${aSecret('query')}`),
    ];
  };

  /**
   * Unforeseen failures: PostgreSQL refuses rows and quotes all that they hold; then it cuts the connections.
   */
  const fail = async (): Promise<ApiResponse[]> => {
    for (const table of ['subscriptions', 'events', 'api_keys']) {
      await database.query(`alter table ${table} add constraint refused check (tenant_id = 'nobody') not valid`);
    }
    const answers = [
      await attempt(admin, 'POST /subscriptions', {
        target_url: aTarget('/refused'),
        event_type: 'order.created',
        secret: aSecret('refused'),
        headers: { 'X-Api-Key': aSecret('header') },
        metadata: { password: aSecret('metadata') },
      }),
      await attempt(admin, 'POST /webhooks/nobody.wants.this', aSecret('row'), { 'content-type': 'text/plain' }),
      await attempt(admin, 'POST /keys', { role: 'reader', tenant_id: 'default' }),
    ];
    for (const table of ['subscriptions', 'events', 'api_keys']) {
      await database.query(`alter table ${table} drop constraint refused`);
    }
    // Redis refuses the password for a while.
    await redis.call('ACL', 'SETUSER', users.api, 'resetpass', `>${aSecret('redis')}`);
    for (const user of Object.values(users)) await redis.call('CLIENT', 'KILL', 'USER', user);
    await eventually(() => services[0]!.logs, { until: (logs) => logs.some(({ msg }) => msg === 'redis.lost') });
    await redis.call('ACL', 'SETUSER', users.api, 'resetpass', `>${passwords.api}`);
    await database.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
    await eventually(() => admin.broadcast('order.created', { order: aSecret('after') }));
    return answers;
  };

  it('hold none of the secrets, keys, tokens, passwords and payloads that were used, in any form', async () => {
    await deliver();
    const refused = await refuse();
    const failed = await fail();
    expect(await Promise.all(services.map((service) => service.stop()))).toEqual([0, 0]);

    expect(refused.map(({ status }) => status).filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(failed.map(({ status }) => status)).toEqual([500, 500, 500]);
    const output = services.map((service) => service.output()).join('');
    const secrets = knownSecrets();
    const lines = output.split('\n').length - 1;
    const found = secretsFoundIn(output);
    process.stdout.write(`${secrets.length} secrets, ${lines} log lines searched, ${found.length} found\n`);
    expect(found).toEqual([]);
    expect(secrets.length).toBeGreaterThan(100);
    expect(lines).toBeGreaterThan(100);
    for (const message of ['request.failed', 'event.accepted', 'delivery.attempted', 'redis.lost']) {
      expect(output).toContain(message);
    }
  });

  it('report uncaught errors without what they hold', async () => {
    const service = await startService({
      entry: 'main',
      settings: fastSettings(database, { ENCRYPTION_KEY }),
      preloads: [builtFile('test/faults/preloads/rejection.js')],
    });

    service.signal('SIGUSR2');

    expect(await service.exited).toBe(1);
    expect(service.logs.at(-1)).toMatchObject({
      msg: 'process.crashed',
      err: { message: expect.stringMatching(/^WRONGPASS/) as string },
    });
    expect(service.output()).not.toContain('hunter2-of-redis');
  });
});
