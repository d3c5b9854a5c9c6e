import { makeToken } from '../support/make-token.js';
import { ApiClient, type ApiRequest, type ApiResponse, type ProblemAnswer } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Media {
  readonly examples?: Readonly<Record<string, { readonly value: ProblemAnswer }>>;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

/** A documented operation, with its method and its path. */
interface Documented extends Operation {
  readonly method: string;
  readonly path: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** The ids in the examples. */
const EXAMPLE_IDS: Readonly<Record<string, string>> = {
  sub: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  dlv: 'dlv_01k6zv1yqpe7rtqq6zjy200001',
  evt: 'evt_01k6zv1yqpe7rtqq6zjy200000',
  key: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
};

async function operationsOf(url: string): Promise<ReadonlyMap<string, Documented>> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  return new Map(operations.map((operation) => [operation.operationId, operation]));
}

describe('the examples of the OpenAPI document, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let operations: ReadonlyMap<string, Documented>;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await service.stop();
    await database.drop();
  });

  const start = async (given: Record<string, string>): Promise<void> => {
    service = await startService({ entry: 'local/local.main', settings: fastSettings(database, given) });
    operations = await operationsOf(service.url);
  };

  it('are accepted by the local start, where an event of the examples is delivered', async () => {
    await start({ ALLOWED_TARGET_CIDRS: '' });
    const api = new ApiClient(service.url);
    const ids: Record<string, string> = { event_type: 'order.created' };
    const refused: string[] = [];
    /** Sends every example of an operation, unchanged. */
    const send = async (operationId: string): Promise<Record<string, string>> => {
      const { method, path, requestBody } = operations.get(operationId)!;
      const bodies = Object.values(requestBody?.content ?? {}).flatMap(({ examples = {} }) => Object.values(examples));
      const root = path.split('/')[1] ?? '';
      const where = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ids[root] ?? '');
      let answer: ApiResponse | undefined;
      for (const request of bodies.length === 0 ? [{}] : bodies.map(({ value }) => ({ body: value }))) {
        answer = await api.request(method, where, request);
        if (answer.status >= 300) refused.push(`${operationId}: ${answer.status} ${answer.text}`);
      }
      return answer?.body as Record<string, string>;
    };

    ids['keys'] = (await send('createKey'))['id']!;
    ids['tenants'] = (await send('createTenant'))['id']!;
    const subscription = await send('createSubscription');
    ids['subscriptions'] = ids['subscription_id'] = subscription['id']!;
    const broadcast = await send('publishToAll');
    const published = await send('publishToSubscription');
    ids['task_id'] = ids['deliveries'] = published['task_id']!;
    ids['events'] = broadcast['event_id']!;
    await send('createReplay');
    const paused = await api.createSubscription({ target_url: 'https://1.1.1.1/', event_type: 'a', state: 'paused' });
    const waiting = { body: { subscription_id: paused.id } };
    ids['replays'] = (await api.expect<{ id: string }>(202, 'POST', '/replays', waiting)).id;
    const sent = [
      'createReplay',
      'createKey',
      'createTenant',
      'createSubscription',
      'publishToAll',
      'publishToSubscription',
    ];
    // Their examples are secrets of nobody.
    sent.push('createSession', 'exchangePortalCode');
    const others = [...operations.values()].filter(({ operationId, requestBody }) => {
      return requestBody !== undefined && !sent.includes(operationId);
    });
    for (const { operationId } of others) await send(operationId);
    for (const id of ['getStatus', 'getSubscription', 'getDelivery', 'getEvent', 'testSubscription']) await send(id);

    expect(others.length).toBeGreaterThan(4);
    expect(refused).toEqual([]);
    expect(subscription['target_url']).toBe(`${service.url}/echo/demo`);
    expect(await api.untilFinal(published['task_id']!)).toMatchObject({ status: 'delivered' });
  });

  it('show errors exactly as they are sent', async () => {
    const key = makeToken();
    await start({ API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });
    const api = new ApiClient(service.url).as(key);
    const faults: string[] = [];
    let checked = 0;
    /** Compares a real error with the example that has its code. Only ids of this run and the request id may differ. */
    const check = async (operationId: string, status: number, request: Request): Promise<void> => {
      const { method, path: template, responses } = operations.get(operationId)!;
      const path = request.path ?? template;
      const answer = await (request.as ?? api).request(method, path, request);
      const real = answer.body as ProblemAnswer;
      const examples = responses[status]?.content?.['application/problem+json']?.examples ?? {};
      const example = examples[real.code]?.value;
      const plain = (problem: ProblemAnswer): object => ({
        ...problem,
        detail: problem.detail.replaceAll(
          /\b(sub|dlv|evt|key)_[0-9a-z]{26}\b/g,
          (_, kind: string) => EXAMPLE_IDS[kind]!,
        ),
        instance: '',
        request_id: '',
      });
      checked += 1;
      if (answer.status !== status) faults.push(`${operationId}: ${answer.status}, not ${status}: ${answer.text}`);
      else if (example === undefined) faults.push(`${operationId} ${status} has no example ${real.code}`);
      else expect(plain(example)).toEqual(plain(real));
    };

    const publisher = await api.expect<{ key: string }>(201, 'POST', '/keys', {
      body: { role: 'publisher', tenant_id: 'default' },
    });
    const active = await api.createSubscription({
      target_url: 'https://1.1.1.1/',
      event_types: ['order.*'],
      state: 'paused',
    });
    const signed = await api.createSubscription({
      target_url: 'https://1.1.1.1/',
      event_type: 'a',
      verify_ingest: true,
      state: 'paused',
    });
    const at = (path: string, more: Omit<Request, 'path'> = {}): Request => ({ path, ...more });
    const headers = (more: Record<string, string>): Omit<Request, 'path'> => ({
      body: '{}',
      headers: { ...JSON_TYPE, ...more },
    });

    await check('createSubscription', 400, { body: '{"target_url":', headers: JSON_TYPE });
    await check('createSubscription', 401, { as: new ApiClient(service.url), body: {} });
    await check('createSubscription', 403, { as: new ApiClient(service.url).as(publisher.key), body: {} });
    await check('createSubscription', 404, { body: {}, headers: { 'x-tenant': 'acme' } });
    await check('createSubscription', 413, { body: { description: 'x'.repeat(70_000) } });
    await check('createSubscription', 415, { body: '{}', headers: { 'content-type': 'text/plain' } });
    await check('createSubscription', 422, { body: {} });
    await check('listSubscriptions', 400, at('/subscriptions?cursor=42'));
    await check('getSubscription', 400, at('/subscriptions/42'));
    await check('getSubscription', 404, at(`/subscriptions/${EXAMPLE_IDS['sub']}`));
    await check('getSubscription', 422, at(`/subscriptions/${active.id}?verbose=1`));
    await check('patchTenant', 422, at('/tenants/default', { body: { verbose: true } }));
    await check('createKey', 422, { body: {} });
    await check('getStatus', 404, at(`/status/${EXAMPLE_IDS['dlv']}`));
    await check('getStatus', 404, at(`/status/${EXAMPLE_IDS['evt']}`));
    const publish = `/ingest/${active.id}`;
    await check(
      'publishToSubscription',
      400,
      at(publish, { ...headers({ 'x-event-type': 'order.created' }), body: '[' }),
    );
    await check(
      'publishToSubscription',
      401,
      at(publish, headers({ 'x-event-type': 'order.created', 'x-signature-256': '0'.repeat(64) })),
    );
    await check('publishToSubscription', 401, at(`/ingest/${signed.id}`, headers({})));
    await check('publishToSubscription', 404, at(`/ingest/${EXAMPLE_IDS['sub']}`, headers({})));
    await check('publishToSubscription', 413, at(publish, { body: Buffer.alloc(1_048_577) }));
    await check('publishToSubscription', 415, at(publish, headers({ 'content-encoding': 'gzip' })));
    await check('publishToSubscription', 422, at(publish, headers({ 'x-event-type': 'user.created' })));
    const test = `/subscriptions/${active.id}/test`;
    await check('testSubscription', 400, at(test, { body: '[', headers: JSON_TYPE }));
    await check('testSubscription', 413, at(test, { body: Buffer.alloc(1_048_577), headers: JSON_TYPE }));
    await check(
      'testSubscription',
      415,
      at(test, { body: '{"payload":1}', headers: { 'content-type': 'text/plain' } }),
    );
    await check('testSubscription', 422, at(test, { body: { verbose: true } }));
    await check('checkSubscription', 404, at(`/subscriptions/${EXAMPLE_IDS['sub']}/check`));
    await database.query(`update subscriptions set target_url = 'http://10.0.0.1/' where state = 1`);
    await check('checkSubscription', 422, at(`/subscriptions/${active.id}/check`));
    const sent = await api.publish(active.id, { n: 1 }, { 'x-event-type': 'order.created', 'idempotency-key': 'one' });
    const again = headers({ 'x-event-type': 'order.paid', 'idempotency-key': 'one' });
    await check('publishToSubscription', 422, at(publish, again));
    await check('retryDelivery', 409, at(`/deliveries/${sent.task_id}/retry`));
    await api.expect(200, 'POST', `/deliveries/${sent.task_id}/cancel`);
    await check('cancelDelivery', 409, at(`/deliveries/${sent.task_id}/cancel`));
    await api.expect(201, 'POST', '/tenants', { body: { id: 'acme', limits: { events_per_second: 100, burst: 1 } } });
    await check('createTenant', 409, { body: { id: 'acme' } });
    const many = Array.from({ length: 20 }, () =>
      api.request('POST', '/webhooks/a', { body: {}, headers: { 'x-tenant': 'acme' } }),
    );
    const limited = (await Promise.all(many)).find(({ status }) => status === 429)?.body as ProblemAnswer;
    const { responses } = operations.get('publishToAll')!;
    const example = responses['429']?.content?.['application/problem+json']?.examples?.['rate_limited']?.value;

    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(20);
    expect(example).toEqual({ ...limited, instance: '/webhooks/order.created', request_id: example?.request_id });
  });
});

interface Request extends ApiRequest {
  readonly path?: string;
  /** Sends the request instead of the admin. */
  readonly as?: ApiClient;
}
