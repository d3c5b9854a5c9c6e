import { createHmac } from 'node:crypto';
import {
  ApiClient,
  type CreatedSubscriptionAnswer,
  type DeliveryWithAttemptsAnswer,
  type PageAnswer,
} from '../support/api-client.js';
import { isSignedByHolderOf } from '../support/ed25519.js';
import { eventually } from '../support/eventually.js';
import { encryptionKeyId } from '../support/encryption-key-id.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { runBuilt, type RunResult } from '../support/run-built.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Secrets {
  readonly secret: string;
  readonly previous: readonly unknown[];
}

const [FIRST, SECOND, THIRD] = ['11', '22', '33'].map((byte) => byte.repeat(32));

describe('encryption keys, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  let service: ServiceProcess | undefined;
  let api: ApiClient;
  let paths = 0;

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    // Long enough for cached values to outlive each step of a test.
    settings = fastSettings(database, { ...PATIENT, ENCRYPTION_KEY: '', SUBSCRIPTION_CACHE_TTL: '60' });
  });

  afterEach(async () => {
    await service?.kill();
    service = undefined;
    await receiver.close();
    await database.drop();
  });

  /** Replaces the running process, if there is one. */
  const startWith = async (...keys: (string | undefined)[]): Promise<void> => {
    await service?.stop();
    service = await startService({ entry: 'main', settings: { ...settings, ENCRYPTION_KEYS: keys.join(',') } });
    api = new ApiClient(service.url);
  };
  const reencryptWith = (...keys: (string | undefined)[]) =>
    runBuilt('src/main.reencrypt.js', { ...settings, ENCRYPTION_KEYS: keys.join(',') });
  const outcomeOf = ({ stdout }: RunResult): unknown =>
    JSON.parse(stdout.split('\n').find((line) => line.includes('reencryption.finished')) ?? '{}');
  const subscribe = (input: object = {}): Promise<CreatedSubscriptionAnswer> =>
    api.createSubscription({
      target_url: receiver.url(`/hook-${(paths += 1)}`),
      event_type: 'order.created',
      retry: { max_attempts: 2 },
      ...input,
    });
  const publishSigned = (id: string, secret: string) => {
    const body = '{"n":1}';
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    return api.request('POST', `/ingest/${id}`, { body: { body, signature } });
  };
  const outcome = async (id: string): Promise<DeliveryWithAttemptsAnswer> =>
    api.untilFinal((await api.publish(id, { n: 1 })).task_id);

  it('can be changed without loss: add the new one in front, re-encrypt, remove the old one', async () => {
    await startWith(FIRST);
    const hmac = await subscribe({
      secret: 'the first secret',
      verify_ingest: true,
      headers: { 'X-Api-Key': 'of-header' },
    });
    const edwards = await subscribe({ signature_scheme: 'v1a', auth: { type: 'bearer', token: 'of-auth' } });
    await api.expect(200, 'POST', `/subscriptions/${hmac.id}/rotate-secret`, { body: { secret: 'the second secret' } });
    const { public_key: publicKey } = (await api.getSubscription(edwards.id)) as unknown as { public_key: string };

    const deliversAsBefore = async (): Promise<void> => {
      const published = await publishSigned(hmac.id, 'the first secret');
      expect(published).toMatchObject({ status: 202 });
      await api.untilFinal((published.body as { task_id: string }).task_id);
      expect(await outcome(edwards.id)).toMatchObject({ status: 'delivered' });
      const byHmac = receiver.requestsTo(new URL(hmac.target_url).pathname).at(-1)!;
      for (const secret of ['the first secret', 'the second secret']) verifyWebhook(secret, byHmac);
      expect(byHmac.headers['x-api-key']).toBe('of-header');
      const byEdwards = receiver.requestsTo(new URL(edwards.target_url).pathname).at(-1)!;
      expect(isSignedByHolderOf(publicKey, byEdwards)).toBe(true);
      expect(byEdwards.headers['authorization']).toBe('Bearer of-auth');
    };
    await deliversAsBefore();

    await startWith(SECOND, FIRST);
    const third = await subscribe();
    // Earlier versions stored a header like this in plain text if its name did not suggest a credential.
    const plain = `update subscriptions set headers = '{"X-JWT":"of-old"}' where target_url = $1`;
    await database.query(plain, [third.target_url]);
    await deliversAsBefore();
    const run = await reencryptWith(SECOND, FIRST);
    expect(run.code).toBe(0);
    expect(outcomeOf(run)).toMatchObject({ subscriptions: 3, changed: 3 });
    await deliversAsBefore();
    expect(outcomeOf(await reencryptWith(SECOND, FIRST))).toMatchObject({ subscriptions: 3, changed: 0 });
    // The first of the two runs, which changed something.
    expect(await api.expect<PageAnswer<object>>(200, 'GET', '/audit?action=subscription.reencrypted')).toMatchObject({
      data: [
        {
          actor: 'service',
          key_id: null,
          tenant_id: 'default',
          target: 'default',
          changed: ['secrets', 'headers', 'auth'],
        },
      ],
      has_more: false,
    });

    await startWith(SECOND);
    await deliversAsBefore();
    expect(await outcome(third.id)).toMatchObject({ status: 'delivered' });
    expect(await api.getSubscription(third.id)).toMatchObject({ headers: { 'X-JWT': '[redacted]' } });
    expect(receiver.requestsTo(new URL(third.target_url).pathname).at(-1)!.headers['x-jwt']).toBe('of-old');
  });

  it('that are missing are named by the refused start of any process', async () => {
    await startWith(FIRST);
    await subscribe();
    await startWith(SECOND, FIRST);
    await subscribe();
    await service?.stop();
    service = undefined;

    for (const [entry, keys, missing] of [
      ['main.api', [THIRD, FIRST], [SECOND]],
      ['main.api', [THIRD], [FIRST, SECOND]],
      ['main.worker', [THIRD, SECOND], [FIRST]],
    ] as const) {
      const refused = startService({ entry, settings: { ...settings, ENCRYPTION_KEYS: keys.join(',') } });
      const message = await refused.then(String, String);
      expect(message).toContain('Stored secrets are encrypted with a key that is not set');
      for (const key of missing) expect(message).toContain(encryptionKeyId(key));
    }
  });

  it('that are lost for good are named by the operator, and make only what needs them wait', async () => {
    await startWith(FIRST);
    const former = await subscribe();

    settings['LOST_ENCRYPTION_KEYS'] = encryptionKeyId(FIRST);
    await startWith(THIRD);
    const { task_id: task } = await api.publish(former.id, { n: 1 });
    const run = await reencryptWith(THIRD);

    await eventually(() => service!.logs.filter(({ msg }) => msg === 'delivery.postponed'), {
      until: (lines) => JSON.stringify(lines).includes('ENCRYPTION_KEYS'),
    });
    // The names of the keys are for operators only.
    const waiting = await api.status(task);
    expect(waiting).toMatchObject({ last_error: null, attempts: [] });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"subscriptions":1,"changed":0,"lost":1');
    expect(await outcome((await subscribe()).id)).toMatchObject({ status: 'delivered' });
    await startWith(THIRD, FIRST);
    expect(await api.untilFinal(task)).toMatchObject({ status: 'delivered', attempt_count: 1 });
  });

  it('that are lost do not prevent a new secret, which then signs alone', async () => {
    const path = (id: string, more = ''): string => `/subscriptions/${id}${more}`;
    const replaced = (target_url: string) => ({ target_url, event_type: 'order.created', secret: 'another secret' });
    const changes: readonly ((former: CreatedSubscriptionAnswer) => readonly [string, string, object])[] = [
      ({ id }) => ['POST', path(id, '/rotate-secret'), { overlap: 60 }],
      ({ id }) => ['POST', path(id, '/rotate-secret'), { overlap: 0 }],
      ({ id }) => ['PATCH', path(id), { secret: 'another secret' }],
      ({ id, target_url: url }) => ['PUT', path(id), replaced(url)],
    ];
    await startWith(FIRST);
    const former: CreatedSubscriptionAnswer[] = [];
    for (const _ of changes) former.push(await subscribe());
    settings['LOST_ENCRYPTION_KEYS'] = encryptionKeyId(FIRST);
    await startWith(THIRD);

    for (const [index, one] of former.entries()) {
      const [method, at, body] = changes[index]!(one);
      await api.expect(200, method, at, { body });

      const { secret, previous } = await api.expect<Secrets>(200, 'GET', path(one.id, '/secret'));
      expect(previous).toEqual([]);
      if ('secret' in body) expect(secret).toBe(body.secret);
      expect(await outcome(one.id)).toMatchObject({ status: 'delivered' });
      verifyWebhook(secret, receiver.requestsTo(new URL(one.target_url).pathname).at(-1)!);
    }
  });
});

describe('an encrypted value, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    service = await startService({ entry: 'main', settings: fastSettings(database, PATIENT) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  /** SQL that changes row $1, given row $2. */
  const MOVES: readonly [what: string, change: string][] = [
    ['a secret of another subscription', 'secrets = o.secrets'],
    ['a header of another subscription', 'headers = o.headers'],
    ['the authentication of another subscription', 'auth = o.auth'],
    ['a header in the place of the authentication', `auth = jsonb_set(s.auth, '{box}', s.headers->'X-Api-Key'->'box')`],
    ['a header in the place of another', `headers = jsonb_build_object('X-Token', s.headers->'X-Api-Key')`],
    [
      'the authentication in the place of the secret',
      `secrets = jsonb_build_array(jsonb_build_object('box', s.auth->'box'))`,
    ],
  ];

  it.each(MOVES)('cannot be decrypted as %s', async (what, change) => {
    const subscribe = (path: string) =>
      api.createSubscription({
        target_url: receiver.url(path),
        event_type: 'order.created',
        retry: { max_attempts: 2 },
        headers: { 'X-Api-Key': 'of-header' },
        ...{ auth: { type: 'bearer', token: 'of-auth' } },
      });
    const outcome = async (id: string) => api.untilFinal((await api.publish(id, { n: 1 })).task_id);
    const path = `/${MOVES.findIndex(([each]) => each === what)}`;
    const [moved, other] = [await subscribe(path), await subscribe(`${path}-other`)];

    await database.query(
      `update subscriptions s set ${change} from subscriptions o where s.target_url = $1 and o.target_url = $2`,
      [moved.target_url, other.target_url],
    );

    expect(await outcome(moved.id)).toMatchObject({
      status: 'failed',
      last_error: { code: 'internal_error', message: 'the attempt failed inside the service; its log says why' },
    });
    await eventually(() => service.logs.filter(({ msg }) => msg === 'attempt.internal_error'), {
      until: (lines) => lines.length > 0,
    });
    expect(receiver.requestsTo(path)).toEqual([]);
    expect(await outcome(other.id)).toMatchObject({ status: 'delivered' });
    expect(service.hasEnded).toBe(false);
  });
});
