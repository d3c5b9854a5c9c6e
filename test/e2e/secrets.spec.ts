import { createHmac } from 'node:crypto';
import { makeToken } from '../../src/access/keys/make-token.js';
import { clientOf } from '../support/access.js';
import { ApiClient, type ApiResponse, type CreatedSubscriptionAnswer, type PageAnswer, type SubscriptionAnswer } from '../support/api-client.js'; // prettier-ignore
import { isSignedByHolderOf } from '../support/ed25519.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ReceivedRequest, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface SecretsAnswer {
  readonly secret: string;
  readonly signature_scheme: string;
  readonly public_key: string | null;
  readonly previous: readonly { readonly secret: string; readonly expires_at: string }[];
}

const REDACTED = '[redacted]';

describe('what a subscription keeps secret, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;
  let paths = 0;

  beforeAll(async () => {
    const bootstrapKey = makeToken();
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    service = await startService({ entry: 'main', settings });
    api = new ApiClient(service.url).as(bootstrapKey);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const subscribe = (input: object = {}): Promise<CreatedSubscriptionAnswer> =>
    api.createSubscription({
      target_url: receiver.url(`/hook-${(paths += 1)}`),
      event_type: 'order.created',
      ...input,
    });
  /** What the receiver of a subscription gets of an event that is published now. */
  const delivered = async ({ id, target_url: url }: SubscriptionAnswer): Promise<ReceivedRequest> => {
    expect(await api.untilFinal((await api.publish(id, { n: 1 })).task_id)).toMatchObject({ status: 'delivered' });
    return receiver.requestsTo(new URL(url).pathname).at(-1)!;
  };
  const rotate = (id: string, body: object = {}): Promise<SecretsAnswer> =>
    api.expect<SecretsAnswer>(200, 'POST', `/subscriptions/${id}/rotate-secret`, { body });
  const secretsOf = (id: string): Promise<SecretsAnswer> =>
    api.expect<SecretsAnswer>(200, 'GET', `/subscriptions/${id}/secret`);
  const isVerifiedBy = (secret: string, request: ReceivedRequest): boolean => {
    try {
      verifyWebhook(secret, request);
      return true;
    } catch {
      return false;
    }
  };

  describe('the rotation of a secret', () => {
    it('lets both sign during the overlap, and the new one alone afterwards', async () => {
      const subscription = await subscribe();
      const { secret: former, id } = subscription;

      const { secret: next, previous } = await rotate(id, { overlap: 5 });

      expect(previous).toMatchObject([{ secret: former }]);
      const during = await delivered(subscription);
      expect([former, next].map((secret) => isVerifiedBy(secret, during))).toEqual([true, true]);
      expect(during.headers['webhook-signature']?.split(' ')).toHaveLength(2);
      await eventually(() => secretsOf(id), { until: (secrets) => secrets.previous.length === 0 });
      const after = await delivered(subscription);
      expect([former, next].map((secret) => isVerifiedBy(secret, after))).toEqual([false, true]);
    });

    it('lets both sign for 24 hours unless it says otherwise', async () => {
      const subscription = await subscribe();
      const beganMs = Date.now();

      const { previous } = await rotate(subscription.id);

      expect(previous).toHaveLength(1);
      const hours = (Date.parse(previous[0]!.expires_at) - beganMs) / 3_600_000;
      expect(hours).toBeCloseTo(24, 1);
      expect((await secretsOf(subscription.id)).previous).toEqual(previous);
    });

    it('ends all former ones at once when there is no overlap', async () => {
      const subscription = await subscribe();
      const second = await rotate(subscription.id);

      const third = await rotate(subscription.id, { overlap: 0, secret: 'a third one of my own' });

      expect(third).toEqual({
        secret: 'a third one of my own',
        signature_scheme: 'v1',
        public_key: null,
        previous: [],
      });
      const request = await delivered(subscription);
      expect([subscription.secret, second.secret, third.secret].map((secret) => isVerifiedBy(secret, request))).toEqual(
        [false, false, true],
      );
    });

    it('leaves five that sign, and refuses a sixth until some have ended', async () => {
      const subscription = await subscribe();
      const secrets = [subscription.secret];
      for (let n = 0; n < 4; n += 1) secrets.push((await rotate(subscription.id)).secret);

      const refused = await api.request('POST', `/subscriptions/${subscription.id}/rotate-secret`, { body: {} });

      expect(refused).toMatchObject({ status: 409, body: { code: 'too_many_secrets' } });
      const request = await delivered(subscription);
      for (const secret of secrets) expect(isVerifiedBy(secret, request)).toBe(true);
      expect((await secretsOf(subscription.id)).previous.map(({ secret }) => secret)).toEqual(secrets.slice(0, 4).reverse()); // prettier-ignore
      expect((await rotate(subscription.id, { overlap: 0 })).previous).toEqual([]);
    });

    it('changes to Ed25519, whose public key everybody may read', async () => {
      const subscription = await subscribe();
      const {
        secret,
        public_key: publicKey,
        signature_scheme: scheme,
      } = await rotate(subscription.id, {
        signature_scheme: 'v1a',
      });

      const request = await delivered(subscription);

      expect({ scheme, secret, publicKey }).toMatchObject({
        scheme: 'v1a',
        secret: expect.stringMatching(/^whsk_/) as string,
        publicKey: expect.stringMatching(/^whpk_/) as string,
      });
      expect(isSignedByHolderOf(publicKey!, request)).toBe(true);
      expect(isVerifiedBy(subscription.secret, request)).toBe(true);
      expect(await api.getSubscription(subscription.id)).toMatchObject({
        signature_scheme: 'v1a',
        public_key: publicKey,
      });
      const other = await rotate(subscription.id, { overlap: 0 });
      expect(other).toMatchObject({ signature_scheme: 'v1a', previous: [] });
      const later = await delivered(subscription);
      expect([publicKey!, other.public_key!].map((key) => isSignedByHolderOf(key, later))).toEqual([false, true]);
    });

    it('takes a secret of the kind that is asked for only', async () => {
      const { id } = await subscribe();
      for (const body of [
        { secret: 'an HMAC secret', signature_scheme: 'v1a' },
        { secret: 'whsk_bm90IGEgc2VlZA==' },
        { secret: 'short' },
        { secret: null },
        { overlap: -1 },
        { overlap: 1.5 },
        { overlap: 604_801 },
      ]) {
        expect(await api.request('POST', `/subscriptions/${id}/rotate-secret`, { body })).toMatchObject({
          status: 422,
        });
      }
      expect(await api.request('PATCH', `/subscriptions/${id}`, { body: { signature_scheme: 'v1a' } })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/signature_scheme' }] },
      });
      expect((await secretsOf(id)).previous).toEqual([]);
    });

    it('keeps verifying ingest by each secret that still signs', async () => {
      const { id, secret: former } = await subscribe({ verify_ingest: true, secret: 'the former secret' });
      const body = '{"n":1}';
      const publishSignedBy = (secret: string): Promise<ApiResponse> =>
        api.request('POST', `/ingest/${id}`, {
          body,
          headers: {
            'content-type': 'application/json',
            'x-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
          },
        });
      expect(await publishSignedBy(former)).toMatchObject({ status: 202 });

      const { secret: next } = await rotate(id);
      for (const secret of [former, next]) expect(await publishSignedBy(secret)).toMatchObject({ status: 202 });
      const { secret: last } = await rotate(id, { overlap: 0 });
      for (const secret of [former, next]) expect(await publishSignedBy(secret)).toMatchObject({ status: 401 });
      expect(await publishSignedBy(last)).toMatchObject({ status: 202 });
    });
  });

  describe('the secret itself', () => {
    it('is read by managers and admins alone, kept by no cache, and each reading is written down', async () => {
      const { id, secret } = await subscribe();
      const as = (role: 'manager' | 'reader' | 'publisher') => clientOf(api, 'default', role);
      const read = async (client: ApiClient) => client.request('GET', `/subscriptions/${id}/secret`);

      for (const client of [api, await as('manager')]) {
        const answer = await read(client);
        expect(answer).toMatchObject({ status: 200, body: { secret, previous: [] } });
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      for (const role of ['reader', 'publisher'] as const)
        expect(await read(await as(role))).toMatchObject({ status: 403 });

      const audit = await api.expect<PageAnswer<object>>(
        200,
        'GET',
        `/audit?target=${id}&action=subscription.secret_read`,
      );
      expect(audit.data).toHaveLength(2);
    });

    it('is kept by no cache when it is new either', async () => {
      const created = await api.request('POST', '/subscriptions', { body: { target_url: 'https://1.1.1.1', event_type: 'a' } }); // prettier-ignore
      const { id } = created.body as { id: string };
      const rotated = await api.request('POST', `/subscriptions/${id}/rotate-secret`, { body: {} });

      expect(created.headers.get('cache-control')).toBe('no-store');
      expect(rotated.headers.get('cache-control')).toBe('no-store');
    });
  });

  describe('own headers and authentication', () => {
    const SECRETS = ['the-api-key', 'the-session', 'the-secret-password', 'the-bearer-token'];
    const headers = { 'X-Team': 'billing', 'X-Api-Key': SECRETS[0]!, Cookie: `session=${SECRETS[1]!}` };

    it('are sent to the receiver, shown to nobody and stored encrypted', async () => {
      const withBasic = await api.request('POST', '/subscriptions', {
        body: {
          target_url: receiver.url('/basic'),
          event_type: 'order.created',
          headers,
          auth: { type: 'basic', username: 'Zoë', password: SECRETS[2] },
        },
      });
      const subscription = withBasic.body as CreatedSubscriptionAnswer;
      const { id } = subscription;
      const withBearer = await subscribe({ auth: { type: 'bearer', token: SECRETS[3] } });

      const [basic, bearer] = [await delivered(subscription), await delivered(withBearer)];

      expect(basic.headers).toMatchObject({
        'x-team': 'billing',
        'x-api-key': SECRETS[0],
        cookie: `session=${SECRETS[1]!}`,
        authorization: `Basic ${Buffer.from(`Zoë:${SECRETS[2]!}`).toString('base64')}`,
      });
      expect(bearer.headers['authorization']).toBe(`Bearer ${SECRETS[3]!}`);
      const shown = { headers: { 'X-Team': 'billing', 'X-Api-Key': REDACTED, Cookie: REDACTED }, auth: { type: 'basic', username: 'Zoë', password: REDACTED } }; // prettier-ignore
      const answers = [
        withBasic,
        await api.request('GET', `/subscriptions/${id}`),
        await api.request('PATCH', `/subscriptions/${id}`, { body: { description: 'patched' } }),
      ];
      for (const { body } of answers) expect(body).toMatchObject(shown);
      expect(withBearer).toMatchObject({ auth: { type: 'bearer', token: REDACTED } });
      const rows = await database.query<{ row: string }>('select to_jsonb(s)::text as row from subscriptions s');
      const everything = [...answers.map(({ text }) => text), (await api.request('GET', '/subscriptions')).text, (await api.request('GET', '/deliveries')).text, ...rows.map(({ row }) => row)].join('\n'); // prettier-ignore
      for (const secret of SECRETS) {
        expect(everything).not.toContain(secret);
        expect(everything).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4));
      }
    });

    it('are sent under any name, also one that every object has', async () => {
      const subscription = await subscribe({ headers: { toString: 'a', hasOwnProperty: 'b' } });

      expect(Object.entries((await delivered(subscription)).headers)).toEqual(
        expect.arrayContaining([
          ['tostring', 'a'],
          ['hasownproperty', 'b'],
        ]),
      );
    });

    it('stay as they are when what is shown is sent back', async () => {
      const auth = { type: 'basic', username: 'first', password: SECRETS[2] };
      const subscription = await subscribe({ headers, auth });
      const { target_url: url, event_types: types, headers: shown } = await api.getSubscription(subscription.id);

      const answer = await api.request('PUT', `/subscriptions/${subscription.id}`, {
        body: {
          target_url: url,
          event_types: types,
          // Names of headers are the same in any case.
          headers: { ...shown, 'X-Api-Key': undefined, 'x-api-key': REDACTED },
          auth: { type: 'basic', username: 'second', password: REDACTED },
        },
      });

      expect(answer).toMatchObject({ status: 200, body: { auth: { username: 'second', password: REDACTED } } });
      expect((await delivered(subscription)).headers).toMatchObject({
        'x-team': 'billing',
        'x-api-key': SECRETS[0],
        cookie: `session=${SECRETS[1]!}`,
        authorization: `Basic ${Buffer.from(`second:${SECRETS[2]!}`).toString('base64')}`,
      });
    });

    it('do not go to another host that somebody points the subscription at', async () => {
      const subscription = await subscribe({ headers, auth: { type: 'bearer', token: SECRETS[3] } });
      const other = await ScriptedReceiver.start();
      const move = (more: object = {}): Promise<ApiResponse> =>
        api.request('PATCH', `/subscriptions/${subscription.id}`, {
          body: { target_url: other.url('/mine'), ...more },
        });

      for (const more of [{}, { auth: { type: 'bearer', token: REDACTED } }]) {
        expect(await move(more)).toMatchObject({
          status: 422,
          body: { errors: [{ pointer: '/auth' }, { pointer: '/headers/Cookie' }, { pointer: '/headers/X-Api-Key' }] },
        });
      }
      expect(await move({ auth: null, headers: { 'X-Team': 'billing' } })).toMatchObject({ status: 200 });
      await other.close();
    });

    it('end when they are replaced by nothing', async () => {
      const subscription = await subscribe({ headers, auth: { type: 'bearer', token: SECRETS[3] } });

      await api.expect(200, 'PATCH', `/subscriptions/${subscription.id}`, { body: { auth: null, headers: {} } });

      const request = await delivered(subscription);
      for (const name of ['authorization', 'x-api-key', 'cookie', 'x-team'])
        expect(request.headers[name]).toBeUndefined();
    });

    it.each<[string, object, object, string]>([
      ['a header that is not there', {}, { headers: { 'X-Api-Key': REDACTED } }, '/headers/X-Api-Key'],
      [
        'a password that is not there',
        {},
        { auth: { type: 'basic', username: 'a', password: REDACTED } },
        '/auth/password',
      ],
      [
        'a token in the place of a password',
        { auth: { type: 'basic', username: 'a', password: 'b' } },
        { auth: { type: 'bearer', token: REDACTED } },
        '/auth/token',
      ],
    ])('can not be kept where there is %s', async (_, former, patch, pointer) => {
      const { id } = await subscribe(former);

      expect(await api.request('PATCH', `/subscriptions/${id}`, { body: patch })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    });

    it.each(['Authorization', 'authorization', 'AUTHORIZATION'])('are refused beside each other: %s', async (name) => {
      const auth = { type: 'bearer', token: 'one-of-two' };
      const own = { [name]: 'Bearer other-of-two' };
      const body = { target_url: receiver.url('/both'), event_type: 'a' };
      const refused = { status: 422, body: { errors: [{ pointer: '/auth' }] } };

      expect(await api.request('POST', '/subscriptions', { body: { ...body, auth, headers: own } })).toMatchObject(
        refused,
      );
      const { id: withAuth } = await subscribe({ auth });
      expect(await api.request('PATCH', `/subscriptions/${withAuth}`, { body: { headers: own } })).toMatchObject(
        refused,
      );
      const withHeader = await subscribe({ headers: own });
      expect(await api.request('PATCH', `/subscriptions/${withHeader.id}`, { body: { auth } })).toMatchObject(refused);
      expect((await delivered(withHeader)).headers['authorization']).toBe('Bearer other-of-two');
    });

    it.each<[string, object]>([
      ['a token with a line break', { type: 'bearer', token: 'a\r\nX-Other: b' }],
      ['a user name with a colon', { type: 'basic', username: 'a:b', password: 'c' }],
      ['a password with a control character', { type: 'basic', username: 'a', password: 'b\u0007' }],
      ['the fields of another type', { type: 'basic', token: 'a' }],
      ['an unknown type', { type: 'digest', token: 'a' }],
      ['no type', { token: 'a' }],
    ])('are refused with %s', async (_, auth) => {
      const body = { target_url: 'https://1.1.1.1', event_type: 'a', auth };

      expect(await api.request('POST', '/subscriptions', { body })).toMatchObject({ status: 422 });
    });
  });
});
