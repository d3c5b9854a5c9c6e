import { LIMITS } from '../../src/shared/limits.js';
import { ApiClient, type ApiResponse, type PageAnswer, type ProblemAnswer } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { type RawAnswer, sendRaw } from '../support/raw-request.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

type LimitName = keyof typeof LIMITS;
type Fields = Readonly<Record<string, unknown>>;

type Kept = (stored: Fields, size: number) => readonly [unknown, unknown];

/** How a limit is met. */
interface Bound {
  /** Sends something of this size, to what was prepared. */
  readonly send: (size: number, prepared: string) => Promise<ApiResponse>;
  readonly prepare?: (size: number) => Promise<string>;
  /** The status at the limit. */
  readonly accepted: number;
  /** What is read back, and what it must be. */
  readonly kept?: Kept;
  /** The status beyond it. */
  readonly refused: number;
  /** Where the problem says that the fault is. */
  readonly pointer?: string;
  /** What is beyond; one more than the limit if not given. */
  readonly beyond?: number;
}

const MAX_PAYLOAD_BYTES = 1024;
/** Headers of a request that is written by hand. */
const HEAD = 'Host: localhost\r\nConnection: close\r\n';
const JSON_TYPE = { 'content-type': 'application/json' };
const ACCEPTED = { accepted: 201, refused: 422 };

/** Limits without a row in the table, and why. */
const ELSEWHERE: Readonly<Partial<Record<LimitName, string>>> = {
  headers: 'below: no client library sends so many',
  headersSeconds: 'server-options.spec.ts and slow-clients.spec.ts: it takes time',
  faults: 'below: it bounds an answer',
  requestIdLength: 'below: what is too long is replaced, and not refused',
  eventDeliveries: 'below: it bounds an answer',
  deliveriesPerEvent: 'ingest.service.spec.ts: a hundred thousand subscriptions',
  keys: 'keys.service.spec.ts: a thousand keys',
  keyLifeSeconds: 'keys.service.spec.ts: it takes a clock that stands still',
};

describe('the limits of what a client sends, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;
  let serial = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { MAX_PAYLOAD_BYTES: String(MAX_PAYLOAD_BYTES) }),
    });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const unique = (): string => `n${(serial += 1)}`;
  const body = ({ body: answer }: ApiResponse): Fields => answer as Fields;
  const get = (path: string): Promise<ApiResponse> => api.request('GET', path);
  const post = (path: string, content: object): Promise<ApiResponse> => api.request('POST', path, { body: content });
  const subscribe = (fields: Fields): Promise<ApiResponse> =>
    post('/subscriptions', { target_url: 'https://1.1.1.1/', event_type: 'never', state: 'paused', ...fields });
  const publish = (headers: Readonly<Record<string, string>>, content: string | Buffer = 'x'): Promise<ApiResponse> =>
    api.request('POST', '/webhooks/nobody.wants', { body: content, headers });
  const tenant = (fields: Fields): Promise<ApiResponse> => post('/tenants', { id: unique(), ...fields });
  const words = (count: number, value: unknown): Fields =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, value]));
  /** Objects inside each other. */
  const nested = (depth: number): Fields => (depth === 1 ? {} : { a: nested(depth - 1) });
  /** Metadata that is so many bytes of JSON. */
  const metadata = (bytes: number): Fields => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  const keeps =
    (name: string, value: (size: number) => unknown): Kept =>
    (stored, size) => [stored[name], value(size)];
  const keepsRetry =
    (name: string): Kept =>
    (stored, size) => [(stored['retry'] as Fields)[name], size];
  const keepsLimit =
    (name: string): Kept =>
    (stored, size) => [(stored['limits'] as Fields)[name], size];
  /** A field of a subscription that is a text. */
  const text = (name: string, character = 'é'): Bound => ({
    ...ACCEPTED,
    send: (size) => subscribe({ [name]: character.repeat(size) }),
    kept: keeps(name, (size) => character.repeat(size)),
    pointer: `/${name}`,
  });
  /** A number in the retry policy, with attempts so few that they end in time. */
  const retry = (name: string, others: Fields = {}): Omit<Bound, 'beyond'> => ({
    ...ACCEPTED,
    send: (size) => subscribe({ retry: { max_attempts: 2, ...others, [name]: size } }),
    kept: keepsRetry(name),
    pointer: `/retry/${name}`,
  });
  /** A number of a subscription. */
  const number = (name: string): Bound => ({
    ...ACCEPTED,
    send: (size) => subscribe({ [name]: size }),
    kept: keeps(name, (size) => size),
    pointer: `/${name}`,
  });
  /** A query with a parameter. */
  const query = (pointer: string, send: (size: number) => string): Bound => ({
    accepted: 200,
    refused: 422,
    send: (size) => get(send(size)),
    pointer,
  });
  const rotated = async (size: number): Promise<string> => {
    const path = `/subscriptions/${String(body(await subscribe({}))['id'])}/rotate-secret`;
    for (let live = 2; live < size; live += 1) expect((await post(path, {})).status).toBe(200);
    return path;
  };

  const SECRET_OF_ROTATION: Bound = {
    accepted: 200,
    refused: 422,
    prepare: () => rotated(0),
    send: (size, path) => post(path, { secret: 's'.repeat(size) }),
    pointer: '/secret',
  };
  const url = (size: number): string => 'https://1.1.1.1/'.padEnd(size, 'x');
  const hoursApart = (hours: number): string => {
    const until = Date.UTC(2026, 0, 31);
    return `since=${new Date(until - hours * 3_600_000).toISOString()}&until=${new Date(until).toISOString()}`;
  };

  const BOUNDS: Readonly<Partial<Record<LimitName, Bound>>> = {
    headerBytes: {
      accepted: 200,
      refused: 431,
      // Whatever fetch sends besides is counted too, so the request is written by hand.
      send: async (size) => {
        const rest = '/health/live' + 'Host' + 'localhost' + 'Connection' + 'close' + 'A';
        const filling = 'a'.repeat(size - rest.length);
        return asResponse(await raw(`GET /health/live HTTP/1.1\r\n${HEAD}A: ${filling}\r\n\r\n`));
      },
    },
    jsonBytes: {
      accepted: 422,
      refused: 413,
      send: (size) =>
        api.request('POST', '/subscriptions', {
          body: `{"description":"${'x'.repeat(size - 18)}"}`,
          headers: JSON_TYPE,
        }),
    },
    jsonDepth: {
      accepted: 201,
      refused: 400,
      send: (size) => subscribe({ metadata: nested(size - 1) }),
      kept: keeps('metadata', (size) => nested(size - 1)),
    },
    idempotencyKeyLength: {
      accepted: 202,
      refused: 422,
      send: (size) => publish({ 'idempotency-key': 'k'.repeat(size) }),
      pointer: 'Idempotency-Key',
    },
    contentTypeLength: {
      accepted: 202,
      refused: 422,
      send: (size) => publish({ 'content-type': 'text/'.padEnd(size, 'x') }),
      pointer: 'Content-Type',
    },
    pageItems: query('limit', (size) => `/subscriptions?limit=${size}`),
    // At the limit it is judged as a cursor, and is none.
    cursorLength: { ...query('cursor', (size) => `/keys?cursor=${'A'.repeat(size)}`), accepted: 400 },
    idLength: query('target', (size) => `/audit?target=${'a'.repeat(size)}`),
    timeLength: query('since', (size) => `/audit?since=2026-01-31T12:00:00.${'0'.repeat(size - 26)}%2B01:00`),
    ledgerDays: {
      ...query('since', (size) => `/ledger?${hoursApart(size * 24)}`),
      beyond: LIMITS.ledgerDays + 1 / 24,
    },
    eventTypeLength: {
      ...ACCEPTED,
      send: (size) => subscribe({ event_type: 't'.repeat(size) }),
      kept: keeps('event_type', (size) => 't'.repeat(size)),
      pointer: '/event_type',
    },
    eventTypes: {
      ...ACCEPTED,
      send: (size) => subscribe({ event_type: undefined, event_types: Object.keys(words(size, '')) }),
      kept: keeps('event_types', (size) => Object.keys(words(size, ''))),
      pointer: '/event_types',
    },
    urlLength: {
      ...ACCEPTED,
      send: (size) => subscribe({ target_url: url(size) }),
      kept: keeps('target_url', url),
      pointer: '/target_url',
    },
    secretMinLength: { ...text('secret'), beyond: LIMITS.secretMinLength - 1 },
    secretMaxLength: text('secret', '🔑'),
    liveSecrets: {
      accepted: 200,
      refused: 409,
      prepare: rotated,
      send: (_size, path) => post(path, {}),
      kept: ({ previous }, size) => [(previous as unknown[]).length, size - 1],
    },
    overlapSeconds: {
      accepted: 200,
      refused: 422,
      prepare: () => rotated(0),
      send: (size, path) => post(path, { overlap: size }),
      pointer: '/overlap',
    },
    descriptionLength: text('description', '😀'),
    ownHeaders: {
      ...ACCEPTED,
      send: (size) => subscribe({ headers: words(size, 'x') }),
      kept: keeps('headers', (size) => words(size, '[redacted]')),
      pointer: '/headers',
    },
    headerNameLength: {
      ...ACCEPTED,
      send: (size) => subscribe({ headers: { ['n'.repeat(size)]: 'x' } }),
      kept: keeps('headers', (size) => ({ ['n'.repeat(size)]: '[redacted]' })),
      pointer: '/headers',
    },
    headerValueLength: {
      ...ACCEPTED,
      send: (size) => subscribe({ headers: { 'X-Team': 'v'.repeat(size) } }),
      kept: keeps('headers', (size) => ({ 'X-Team': 'v'.repeat(size) })),
      pointer: '/headers',
    },
    metadataBytes: {
      ...ACCEPTED,
      send: (size) => subscribe({ metadata: metadata(size) }),
      kept: keeps('metadata', metadata),
      pointer: '/metadata',
    },
    metadataKeys: {
      ...ACCEPTED,
      send: (size) => subscribe({ metadata: words(size, 1) }),
      kept: keeps('metadata', (size) => words(size, 1)),
      pointer: '/metadata',
    },
    attempts: retry('max_attempts', { max_interval: 60 }),
    minIntervalSeconds: { ...retry('initial_interval'), beyond: 0.009 },
    initialIntervalSeconds: retry('initial_interval'),
    maxIntervalSeconds: retry('max_interval'),
    minTimeoutSeconds: { ...number('timeout'), beyond: 0.049 },
    timeoutSeconds: number('timeout'),
    inFlight: number('max_in_flight'),
    tenantIdLength: {
      ...ACCEPTED,
      send: (size) => tenant({ id: 't'.repeat(size) }),
      kept: keeps('id', (size) => 't'.repeat(size)),
      pointer: '/id',
    },
    nameLength: {
      ...ACCEPTED,
      send: (size) => tenant({ name: 'é'.repeat(size) }),
      kept: keeps('name', (size) => 'é'.repeat(size)),
      pointer: '/name',
    },
    eventsPerSecond: {
      ...ACCEPTED,
      send: (size) => tenant({ limits: { events_per_second: size } }),
      kept: keepsLimit('events_per_second'),
      pointer: '/limits/events_per_second',
    },
    subscriptions: {
      ...ACCEPTED,
      send: (size) => tenant({ limits: { subscriptions: size } }),
      kept: keepsLimit('subscriptions'),
      pointer: '/limits/subscriptions',
    },
  };

  const auth = (name: string, others: Fields): Bound => ({
    ...ACCEPTED,
    send: (size) => subscribe({ auth: { ...others, [name]: 'v'.repeat(size) } }),
    pointer: `/auth/${name}`,
  });
  const aKey = async (fields: Fields = {}): Promise<ApiResponse> =>
    post('/keys', { role: 'reader', tenant_id: 'default', ...fields });
  /** Fields that share a limit with the one in the table above. */
  const FURTHER: readonly (readonly [LimitName, field: string, Bound])[] = [
    ['minIntervalSeconds', 'max_interval', { ...retry('max_interval', { initial_interval: 0.01 }), beyond: 0.009 }],
    ['headerValueLength', 'token', auth('token', { type: 'bearer' })],
    ['headerValueLength', 'username', auth('username', { type: 'basic', password: 'x' })],
    ['headerValueLength', 'password', auth('password', { type: 'basic', username: 'x' })],
    [
      'eventTypeLength',
      'event_types',
      {
        ...ACCEPTED,
        send: (size) => subscribe({ event_type: undefined, event_types: ['a', 't'.repeat(size)] }),
        kept: keeps('event_types', (size) => ['a', 't'.repeat(size)]),
        pointer: '/event_types',
      },
    ],
    [
      'eventTypeLength',
      'a pattern',
      {
        ...ACCEPTED,
        send: (size) => subscribe({ event_type: `${'t'.repeat(size - 2)}.*` }),
        kept: keeps('event_type', (size) => `${'t'.repeat(size - 2)}.*`),
        pointer: '/event_type',
      },
    ],
    ['secretMaxLength', 'the secret of a rotation', SECRET_OF_ROTATION],
    ['secretMinLength', 'the secret of a rotation', { ...SECRET_OF_ROTATION, beyond: LIMITS.secretMinLength - 1 }],
    [
      'nameLength',
      'the name of a key',
      {
        ...ACCEPTED,
        send: (size) => aKey({ name: 'é'.repeat(size) }),
        kept: keeps('name', (size) => 'é'.repeat(size)),
        pointer: '/name',
      },
    ],
    [
      'tenantIdLength',
      'the tenant of a key',
      {
        ...ACCEPTED,
        prepare: async (size) => {
          const id = 'k'.repeat(size);
          if (size <= LIMITS.tenantIdLength) expect((await tenant({ id })).status).toBe(201);
          return id;
        },
        send: (_size, id) => aKey({ tenant_id: id }),
        pointer: '/tenant_id',
      },
    ],
    [
      'overlapSeconds',
      'the overlap of keys',
      {
        ...ACCEPTED,
        prepare: async () => `/keys/${String(body(await aKey())['id'])}/rotate`,
        send: (size, path) => post(path, { overlap: size }),
        pointer: '/overlap',
      },
    ],
    [
      'eventsPerSecond',
      'burst',
      {
        ...ACCEPTED,
        send: (size) => tenant({ limits: { burst: size, events_per_second: 1 } }),
        kept: keepsLimit('burst'),
        pointer: '/limits/burst',
      },
    ],
    ['pageItems', 'deliveries', query('limit', (size) => `/deliveries?limit=${size}`)],
    ['pageItems', 'keys', query('limit', (size) => `/keys?limit=${size}`)],
    ['pageItems', 'tenants', query('limit', (size) => `/tenants?limit=${size}`)],
    ['pageItems', 'audit', query('limit', (size) => `/audit?limit=${size}`)],
  ];

  /**
   * What changes whenever a request changes anything: the newest entry of the audit log, and how many events there are.
   */
  async function state(): Promise<unknown> {
    const audit = (await get('/audit?limit=1')).body as PageAnswer<{ readonly id: string }>;
    return { lastEntry: audit.data[0]?.id, events: await database.query('select count(*) from events') };
  }

  /** What was made, as it is read again; a secret has a place of its own. */
  async function stored(answer: ApiResponse): Promise<Fields> {
    const location = answer.headers.get('location');
    if (location === null) return body(answer);
    const secret = location.startsWith('/subscriptions/') ? body(await get(`${location}/secret`)) : {};
    return { ...body(await get(location)), ...secret };
  }

  const raw = (bytes: string): Promise<RawAnswer> => sendRaw(service.url, bytes);

  it('are all in this table, or tested elsewhere for a reason', () => {
    expect([...Object.keys(BOUNDS), ...Object.keys(ELSEWHERE)].sort()).toEqual(Object.keys(LIMITS).sort());
  });

  const holds = async (name: LimitName, bound: Bound): Promise<void> => {
    const limit = LIMITS[name];
    const accepted = await bound.send(limit, (await bound.prepare?.(limit)) ?? '');
    expect([accepted.status, accepted.text]).toEqual([bound.accepted, expect.anything()]);
    if (bound.kept) {
      const [kept, sent] = bound.kept(await stored(accepted), limit);
      expect(kept).toEqual(sent);
    }

    const beyond = bound.beyond ?? limit + 1;
    const prepared = (await bound.prepare?.(beyond)) ?? '';
    const before = await state();
    const refused = await bound.send(beyond, prepared);
    const problem = refused.body as ProblemAnswer;
    expect(problem).toMatchObject({ status: bound.refused, detail: expect.stringContaining(String(limit)) as string });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(bound.pointer && [bound.pointer]);
    expect(await state()).toEqual(before);
  };

  it.each(Object.entries(BOUNDS) as [LimitName, Bound][])('%s holds to the last one', holds);

  it.each(FURTHER)('%s holds to the last one for %s, too', (name, _field, bound) => holds(name, bound));

  it('MAX_PAYLOAD_BYTES holds to the last byte, with a length beforehand or without', async () => {
    const { id } = body(await subscribe({}));
    const paths = [`/ingest/${String(id)}`, '/webhooks/nobody.wants'];
    for (const path of paths) {
      const accepted = await api.request('POST', path, { body: Buffer.alloc(MAX_PAYLOAD_BYTES, 1) });
      expect(accepted.status).toBe(202);
      const payload = await get(`/events/${String(body(accepted)['event_id'])}/payload`);
      expect(payload.bytes).toEqual(Buffer.alloc(MAX_PAYLOAD_BYTES, 1));
    }

    const before = await state();
    const detail = `The body is larger than ${MAX_PAYLOAD_BYTES} bytes.`;
    for (const path of paths) {
      for (const bytes of [MAX_PAYLOAD_BYTES + 1, 2 * LIMITS.jsonBytes]) {
        const refused = await api.request('POST', path, { body: Buffer.alloc(bytes) });
        expect(refused.body).toMatchObject({ status: 413, code: 'too_large', detail });
      }
      const chunk = `${(MAX_PAYLOAD_BYTES + 1).toString(16)}\r\n${'x'.repeat(MAX_PAYLOAD_BYTES + 1)}\r\n0\r\n\r\n`;
      const chunked = await raw(`POST ${path} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
      expect(JSON.parse(chunked.body)).toMatchObject({ status: 413, code: 'too_large', detail });
      expect(await api.request('POST', path)).toMatchObject({ status: 422 });
    }
    expect(await state()).toEqual(before);
  });

  it('headers: a request with more of them is refused, however small they are', async () => {
    const live = (count: number): Promise<RawAnswer> =>
      raw(`GET /health/live HTTP/1.1\r\n${HEAD}${'a:\r\n'.repeat(count - 2)}\r\n`);
    expect(await live(LIMITS.headers)).toMatchObject({ status: 200 });
    for (const count of [LIMITS.headers + 1, 2001, 10_000]) {
      const refused = await live(count);
      expect(refused.contentType).toContain('application/problem+json');
      const detail = expect.stringContaining(String(LIMITS.headers)) as string;
      expect(JSON.parse(refused.body)).toMatchObject({ status: 431, code: 'headers_too_large', detail });
    }
  });

  it('faults: of very many, the first are named and the others counted', async () => {
    const unknown = async (count: number): Promise<ProblemAnswer> =>
      (await post('/tenants', { id: 'fine', ...words(count, 1) })).body as ProblemAnswer;
    const { errors, detail } = await unknown(LIMITS.faults);
    expect(errors).toHaveLength(LIMITS.faults);
    expect(detail).not.toContain('more');
    const more = await unknown(LIMITS.faults + 1);
    expect(more.errors).toHaveLength(LIMITS.faults);
    expect(more.detail).toMatch(/; and 1 more; at most 100 are listed$/);
  });

  it('requestIdLength: a longer X-Request-Id is replaced', async () => {
    const answered = async (id: string): Promise<string | null> =>
      (await api.request('GET', '/health/live', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await answered('r'.repeat(LIMITS.requestIdLength))).toBe('r'.repeat(LIMITS.requestIdLength));
    expect(await answered('r'.repeat(LIMITS.requestIdLength + 1))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('eventDeliveries: the status of an event shows so many, and says where the others are', async () => {
    const status = async (): Promise<Fields> => {
      const { event_id: id } = body(await api.request('POST', '/webhooks/many', { body: 'x' }));
      return body(await get(`/status/${String(id)}`));
    };
    for (let count = 0; count < LIMITS.eventDeliveries; count += 1) await subscribe({ event_type: 'many' });
    const all = await status();
    expect(all['deliveries']).toHaveLength(LIMITS.eventDeliveries);
    expect(all).not.toHaveProperty('deliveries_url');

    await subscribe({ event_type: 'many' });
    const some = await status();
    expect(some['deliveries']).toHaveLength(LIMITS.eventDeliveries);
    expect((await get(String(some['deliveries_url']))).body).toMatchObject({ has_more: true });
  });

  it('urlLength: a target counts as it is sent, after escaping', async () => {
    const refused = await subscribe({ target_url: `https://1.1.1.1/${'é'.repeat(LIMITS.urlLength / 2)}` });
    expect(refused.body).toMatchObject({ status: 422, errors: [{ pointer: '/target_url' }] });
  });

  it('fails inside at none of them', () => {
    expect(service.logs.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('API_ACCESS is open'),
    ]);
  });
});

/** A raw answer in the place of one from fetch. */
function asResponse({ status, contentType, body }: RawAnswer): ApiResponse {
  const headers = new Headers(contentType === null ? {} : { 'content-type': contentType });
  return { status: status ?? 0, headers, body: JSON.parse(body), text: body, bytes: Buffer.from(body) };
}
