import { makeToken } from '../support/make-token.js';
import { createKey } from '../support/access.js';
import { ApiClient, type ApiResponse, type SubscriptionAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HIDDEN = '[redacted]';
const VALUE = 'of-nobody-else';
const NAMES = ['X-Cred', 'X-PW', 'X-Psk', 'X-Dsn', 'X-Conn-String', 'X-Assertion', 'X-Ticket', 'X-Vault', 'X-Anything'];

describe('own headers, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let admin: ApiClient;
  let manager: ApiClient;
  let paths = 0;

  beforeAll(async () => {
    const key = makeToken();
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });
    service = await startService({ entry: 'main', settings });
    admin = new ApiClient(service.url).as(key);
    manager = new ApiClient(service.url).as((await createKey(admin, { role: 'manager', tenant_id: 'default' })).key);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const subscribe = (input: object): Promise<SubscriptionAnswer> =>
    admin.createSubscription(aSubscription({ target_url: receiver.url(`/hook-${(paths += 1)}`), ...input }));
  const change = (method: string, { id }: SubscriptionAnswer, body: object): Promise<ApiResponse> =>
    manager.request(method, `/subscriptions/${id}`, { body });
  const stored = async ({ target_url: url }: SubscriptionAnswer): Promise<string> => {
    const rows = await database.query<{ row: string }>('select to_jsonb(s)::text as row from subscriptions s where target_url = $1', [url]); // prettier-ignore
    return rows[0]!.row;
  };
  const sent = async ({ id, target_url: url }: SubscriptionAnswer) => {
    await admin.untilFinal((await admin.publish(id, { n: 1 })).task_id);
    return receiver.requestsTo(new URL(url).pathname).at(-1)!.headers;
  };

  it.each(NAMES)('are hidden, encrypted and sent unless they are named as harmless: %s', async (name) => {
    const made = await subscribe({ headers: { [name]: VALUE, 'X-Team': 'billing' } });

    const read = await manager.request('GET', `/subscriptions/${made.id}`);
    expect(read.body).toMatchObject({ headers: { [name]: HIDDEN, 'X-Team': 'billing' }, shown_headers: [] });
    expect(made.headers).toEqual({ [name]: HIDDEN, 'X-Team': 'billing' });
    expect(await stored(made)).not.toContain(VALUE);
    expect(await sent(made)).toMatchObject({ [name.toLowerCase()]: VALUE, 'x-team': 'billing' });
  });

  it('are shown when they are named as harmless, and stay shown when the answer is sent back', async () => {
    const headers = { 'X-Source': 'shop', 'X-Other': VALUE };
    const made = await subscribe({ headers, shown_headers: ['x-source'] });
    const shown = { headers: { 'X-Source': 'shop', 'X-Other': HIDDEN }, shown_headers: ['X-Source'] };
    expect(made).toMatchObject(shown);

    const { target_url, event_types, headers: read, shown_headers } = await manager.getSubscription(made.id);
    const put = await change('PUT', made, { target_url, event_types, headers: read, shown_headers });

    expect(put).toMatchObject({ status: 200, body: shown });
    expect(await change('PATCH', made, { description: 'a' })).toMatchObject({ body: shown });
    const patched = await change('PATCH', made, { headers: { 'X-Source': 'till', 'X-Other': HIDDEN } });
    expect(patched.body).toMatchObject({ ...shown, headers: { ...shown.headers, 'X-Source': 'till' } });
    expect(await sent(made)).toMatchObject({ 'x-source': 'till', 'x-other': VALUE });
  });

  it('are hidden again when they are no longer named', async () => {
    const made = await subscribe({ headers: { 'X-Source': VALUE }, shown_headers: ['X-Source'] });

    const hidden = { status: 200, body: { headers: { 'X-Source': HIDDEN }, shown_headers: [] } };
    expect(await change('PATCH', made, { shown_headers: [] })).toMatchObject(hidden);

    expect(await stored(made)).not.toContain(VALUE);
    expect(await sent(made)).toMatchObject({ 'x-source': VALUE });
    const { target_url, event_types } = made;
    const body = { target_url, event_types, headers: { 'X-Source': HIDDEN } };
    expect(await change('PUT', made, body)).toMatchObject(hidden);
  });

  it.each<[string, object, string]>([
    ['alone', { shown_headers: ['X-Cred'] }, '/shown_headers/0'],
    ['beside what is shown of it', { headers: { 'X-Cred': HIDDEN }, shown_headers: ['x-cred'] }, '/shown_headers/0'],
    ['under another spelling', { headers: { 'x-CRED': HIDDEN }, shown_headers: ['x-cred'] }, '/shown_headers/0'],
    ['where there is none', { headers: {}, shown_headers: ['X-Cred'] }, '/shown_headers/0'],
    [
      'among others',
      { headers: { 'X-A': 'a', 'X-Cred': HIDDEN }, shown_headers: ['X-A', 'X-Cred'] },
      '/shown_headers/1',
    ],
  ])('are not revealed to a client that names a hidden one %s', async (_, patch, pointer) => {
    const made = await subscribe({ headers: { 'X-Cred': VALUE } });
    const { target_url, event_types } = made;

    for (const [method, body] of [
      ['PATCH', patch],
      ['PUT', { target_url, event_types, ...('headers' in patch ? {} : { headers: { 'X-Cred': HIDDEN } }), ...patch }],
    ] as const) {
      expect(await change(method, made, body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    expect((await manager.request('GET', `/subscriptions/${made.id}`)).text).not.toContain(VALUE);
  });

  it('that an earlier version left in plain text are hidden at once, do not follow to another host, and are encrypted at the next change', async () => {
    const made = await subscribe({});
    await database.query(`update subscriptions set headers = $2 where target_url = $1`, [
      made.target_url,
      JSON.stringify({ 'X-Cred': VALUE, 'X-Team': 'billing' }),
    ]);

    const shown = { headers: { 'X-Cred': HIDDEN, 'X-Team': 'billing' } };
    expect(await manager.getSubscription(made.id)).toMatchObject(shown);
    for (const more of [{}, shown]) {
      const moved = await change('PATCH', made, { target_url: 'https://1.1.1.1/', ...more });
      expect(moved).toMatchObject({ status: 422, body: { errors: [{ pointer: '/headers/X-Cred' }] } });
    }
    expect(await change('PATCH', made, shown)).toMatchObject({ status: 200, body: shown });
    expect(await stored(made)).not.toContain(VALUE);
    expect(await sent(made)).toMatchObject({ 'x-cred': VALUE });
  });
});
