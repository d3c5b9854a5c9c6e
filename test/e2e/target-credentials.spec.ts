import type { ApiClient, ApiResponse, CreatedSubscriptionAnswer } from '../support/api-client.js';
import { KeyedService } from '../support/keyed-service.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';

const REDACTED = '[redacted]';
const SECRETS = ['the-api-key', 'the-session', 'the-secret-password', 'the-bearer-token'];
const HEADERS = { 'X-Team': 'billing', 'X-Api-Key': SECRETS[0]!, Cookie: `session=${SECRETS[1]!}` };

describe('own headers and authentication of a subscription, with real PostgreSQL, Redis and receivers', () => {
  let service: KeyedService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await KeyedService.start();
    ({ api } = service);
  });

  afterAll(() => service.stop());

  it('are sent to the receiver, never shown, and stored encrypted', async () => {
    const withBasic = await api.request('POST', '/subscriptions', {
      body: {
        target_url: service.receiver.url('/basic'),
        event_type: 'order.created',
        headers: HEADERS,
        auth: { type: 'basic', username: 'Zoë', password: SECRETS[2] },
      },
    });
    const subscription = withBasic.body as CreatedSubscriptionAnswer;
    const { id } = subscription;
    const withBearer = await service.subscribe({ auth: { type: 'bearer', token: SECRETS[3] } });

    const [basic, bearer] = [await service.delivered(subscription), await service.delivered(withBearer)];

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
    const rows = await service.database.query<{ row: string }>('select to_jsonb(s)::text as row from subscriptions s');
    const everything = [...answers.map(({ text }) => text), (await api.request('GET', '/subscriptions')).text, (await api.request('GET', '/deliveries')).text, ...rows.map(({ row }) => row)].join('\n'); // prettier-ignore
    for (const secret of SECRETS) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4));
    }
  });

  it('are sent under any name, even one that every object has', async () => {
    const subscription = await service.subscribe({ headers: { toString: 'a', hasOwnProperty: 'b' } });

    expect(Object.entries((await service.delivered(subscription)).headers)).toEqual(
      expect.arrayContaining([
        ['tostring', 'a'],
        ['hasownproperty', 'b'],
      ]),
    );
  });

  it('stay as they are when the shown form is sent back', async () => {
    const auth = { type: 'basic', username: 'first', password: SECRETS[2] };
    const subscription = await service.subscribe({ headers: HEADERS, auth });
    const { target_url: url, event_types: types, headers: shown } = await api.getSubscription(subscription.id);

    const answer = await api.request('PUT', `/subscriptions/${subscription.id}`, {
      body: {
        target_url: url,
        event_types: types,
        // Header names are case-insensitive.
        headers: { ...shown, 'X-Api-Key': undefined, 'x-api-key': REDACTED },
        auth: { type: 'basic', username: 'second', password: REDACTED },
      },
    });

    expect(answer).toMatchObject({ status: 200, body: { auth: { username: 'second', password: REDACTED } } });
    expect((await service.delivered(subscription)).headers).toMatchObject({
      'x-team': 'billing',
      'x-api-key': SECRETS[0],
      cookie: `session=${SECRETS[1]!}`,
      authorization: `Basic ${Buffer.from(`second:${SECRETS[2]!}`).toString('base64')}`,
    });
  });

  it('do not follow the subscription to another host', async () => {
    const subscription = await service.subscribe({ headers: HEADERS, auth: { type: 'bearer', token: SECRETS[3] } });
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

  it('end when they are replaced with nothing', async () => {
    const subscription = await service.subscribe({ headers: HEADERS, auth: { type: 'bearer', token: SECRETS[3] } });

    await api.expect(200, 'PATCH', `/subscriptions/${subscription.id}`, { body: { auth: null, headers: {} } });

    const request = await service.delivered(subscription);
    for (const name of ['authorization', 'x-api-key', 'cookie', 'x-team'])
      expect(request.headers[name]).toBeUndefined();
  });

  it.each<[string, object, object, string]>([
    ['a missing header', {}, { headers: { 'X-Api-Key': REDACTED } }, '/headers/X-Api-Key'],
    ['a missing password', {}, { auth: { type: 'basic', username: 'a', password: REDACTED } }, '/auth/password'],
    [
      'a token in the place of a password',
      { auth: { type: 'basic', username: 'a', password: 'b' } },
      { auth: { type: 'bearer', token: REDACTED } },
      '/auth/token',
    ],
  ])('cannot be kept where there is %s', async (_, former, patch, pointer) => {
    const { id } = await service.subscribe(former);

    expect(await api.request('PATCH', `/subscriptions/${id}`, { body: patch })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });

  it.each(['Authorization', 'authorization', 'AUTHORIZATION'])('are refused together: %s', async (name) => {
    const auth = { type: 'bearer', token: 'one-of-two' };
    const own = { [name]: 'Bearer other-of-two' };
    const body = { target_url: service.receiver.url('/both'), event_type: 'a' };
    const refused = { status: 422, body: { errors: [{ pointer: '/auth' }] } };

    expect(await api.request('POST', '/subscriptions', { body: { ...body, auth, headers: own } })).toMatchObject(
      refused,
    );
    const { id: withAuth } = await service.subscribe({ auth });
    expect(await api.request('PATCH', `/subscriptions/${withAuth}`, { body: { headers: own } })).toMatchObject(refused);
    const withHeader = await service.subscribe({ headers: own });
    expect(await api.request('PATCH', `/subscriptions/${withHeader.id}`, { body: { auth } })).toMatchObject(refused);
    expect((await service.delivered(withHeader)).headers['authorization']).toBe('Bearer other-of-two');
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
