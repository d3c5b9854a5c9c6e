import { LIMITS } from '../../../src/shared/limits.js';
import type { ApiResponse, ProblemAnswer } from '../../support/api-client.js';
import type { RawAnswer } from '../../support/raw-request.js';
import {
  type Bound,
  BoundedService,
  type Fields,
  fieldsOf,
  type FurtherBound,
  HEAD,
  keeps,
  MAX_PAYLOAD_BYTES,
  words,
} from './bounded-service.js';
import { ELSEWHERE, type LimitName, OF_REQUESTS, OF_SUBSCRIPTIONS, OF_TENANTS } from './topics.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the limits of a request, with real PostgreSQL and Redis', () => {
  let service: BoundedService;

  beforeAll(async () => {
    service = await BoundedService.start();
  });

  afterAll(() => service.stop());

  const publish = (headers: Readonly<Record<string, string>>, content: string | Buffer = 'x'): Promise<ApiResponse> =>
    service.api.request('POST', '/webhooks/nobody.wants', { body: content, headers });
  /** Nested objects. */
  const nested = (depth: number): Fields => (depth === 1 ? {} : { a: nested(depth - 1) });
  /** A request with a query parameter. */
  const query = (pointer: string, send: (size: number) => string): Bound => ({
    accepted: 200,
    refused: 422,
    send: (size) => service.get(send(size)),
    pointer,
  });
  const dryRun = (fields: Fields): Promise<ApiResponse> => service.post('/replays', { ...fields, dry_run: true });
  const REPLAY_RATE: Bound = {
    accepted: 200,
    refused: 422,
    send: (rate) => dryRun({ kind: 'failed', rate }),
    pointer: '/rate',
  };
  const hoursApart = (hours: number): string => {
    const until = Date.UTC(2026, 0, 31);
    return `since=${new Date(until - hours * 3_600_000).toISOString()}&until=${new Date(until).toISOString()}`;
  };

  /** A name of labels that are not too long. */
  const hostOf = (size: number): string => `${'a'.repeat(60)}.`.repeat(5).slice(0, size - 1).concat('b'); // prettier-ignore

  const BOUNDS: Readonly<Record<(typeof OF_REQUESTS)[number], Bound>> = {
    headerBytes: {
      accepted: 200,
      refused: 431,
      // fetch adds headers that count too, so the request is written by hand.
      send: async (size) => {
        const rest = '/health/live' + 'Host' + 'localhost' + 'Connection' + 'close' + 'A';
        const filling = 'a'.repeat(size - rest.length);
        return asResponse(await service.raw(`GET /health/live HTTP/1.1\r\n${HEAD}A: ${filling}\r\n\r\n`));
      },
    },
    jsonBytes: {
      accepted: 422,
      refused: 413,
      send: (size) =>
        service.api.request('POST', '/subscriptions', {
          body: `{"description":"${'x'.repeat(size - 18)}"}`,
          headers: JSON_TYPE,
        }),
    },
    jsonDepth: {
      accepted: 201,
      refused: 400,
      send: (size) => service.subscribe({ metadata: nested(size - 1) }),
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
    tags: {
      accepted: 202,
      refused: 422,
      send: (size) => publish({ 'x-event-tags': Array.from({ length: size }, (_, n) => `tag-${n}`).join(',') }),
      pointer: 'X-Event-Tags',
    },
    tagLength: {
      accepted: 202,
      refused: 422,
      send: (size) => publish({ 'x-event-tags': 't'.repeat(size) }),
      pointer: 'X-Event-Tags',
    },
    pageItems: query('limit', (size) => `/subscriptions?limit=${size}`),
    // At the limit it is checked as a cursor, and is not one.
    cursorLength: { ...query('cursor', (size) => `/keys?cursor=${'A'.repeat(size)}`), accepted: 400 },
    idLength: query('target', (size) => `/audit?target=${'a'.repeat(size)}`),
    timeLength: query('since', (size) => `/audit?since=2026-01-31T12:00:00.${'0'.repeat(size - 26)}%2B01:00`),
    searchLength: query('search', (size) => `/subscriptions?search=${'s'.repeat(size)}`),
    hostLength: query('target_host', (size) => `/deliveries?target_host=${hostOf(size)}`),
    ledgerDays: {
      ...query('since', (size) => `/ledger?${hoursApart(size * 24)}`),
      beyond: LIMITS.ledgerDays + 1 / 24,
    },
    verifiedLedgerDays: {
      ...query('since', (size) => `/ledger?verify=true&${hoursApart(size * 24)}`),
      beyond: LIMITS.verifiedLedgerDays + 1 / 24,
    },
    statsPoints: query('step', (size) => `/stats?${hoursApart(size)}`),
    // At the limit they are looked for, and do not exist.
    replayedIds: {
      accepted: 422,
      refused: 422,
      send: (size) =>
        dryRun({ delivery_ids: Array.from({ length: size }, (_, n) => `dlv_${String(n).padStart(26, '0')}`) }),
      pointer: '/delivery_ids',
    },
    minReplayRate: { ...REPLAY_RATE, beyond: LIMITS.minReplayRate / 2 },
    replayRate: REPLAY_RATE,
  };

  /** Fields that share a limit with one in the table above. */
  const FURTHER: readonly FurtherBound[] = [
    ['pageItems', 'deliveries', query('limit', (size) => `/deliveries?limit=${size}`)],
    ['pageItems', 'events', query('limit', (size) => `/events?limit=${size}`)],
    ['tagLength', 'tag', query('tag', (size) => `/events?tag=${'t'.repeat(size)}`)],
    ['eventTypeLength', 'event_type', query('event_type', (size) => `/events?event_type=${'t'.repeat(size)}`)],
    [
      'idempotencyKeyLength',
      'idempotency_key',
      query('idempotency_key', (size) => `/events?idempotency_key=${'k'.repeat(size)}`),
    ],
    ['idLength', 'event_id', { ...query('event_id', (size) => `/events?event_id=${'e'.repeat(size)}`), accepted: 400 }],
    ['pageItems', 'keys', query('limit', (size) => `/keys?limit=${size}`)],
    ['pageItems', 'tenants', query('limit', (size) => `/tenants?limit=${size}`)],
    ['pageItems', 'audit', query('limit', (size) => `/audit?limit=${size}`)],
  ];

  it('are each in the table of a topic, or tested elsewhere for a reason', () => {
    const named = [...OF_REQUESTS, ...OF_SUBSCRIPTIONS, ...OF_TENANTS, ...Object.keys(ELSEWHERE)];
    expect(named.sort()).toEqual(Object.keys(LIMITS).sort());
  });

  it.each(Object.entries(BOUNDS) as [LimitName, Bound][])(
    '%s is accepted at the limit and refused beyond it',
    (name, bound) => service.expectToHold(name, bound),
  );

  it.each(FURTHER)('%s also limits %s', (name, _field, bound) => service.expectToHold(name, bound));

  it('MAX_PAYLOAD_BYTES holds to the last byte, with and without a Content-Length', async () => {
    const { id } = fieldsOf(await service.subscribe({}));
    const paths = [`/ingest/${String(id)}`, '/webhooks/nobody.wants'];
    for (const path of paths) {
      const accepted = await service.api.request('POST', path, { body: Buffer.alloc(MAX_PAYLOAD_BYTES, 1) });
      expect(accepted.status).toBe(202);
      const payload = await service.get(`/events/${String(fieldsOf(accepted)['event_id'])}/payload`);
      expect(payload.bytes).toEqual(Buffer.alloc(MAX_PAYLOAD_BYTES, 1));
    }

    const before = await service.state();
    const detail = `The body is larger than ${MAX_PAYLOAD_BYTES} bytes. Send less; the operator can raise MAX_PAYLOAD_BYTES.`;
    for (const path of paths) {
      for (const bytes of [MAX_PAYLOAD_BYTES + 1, 2 * LIMITS.jsonBytes]) {
        const refused = await service.api.request('POST', path, { body: Buffer.alloc(bytes) });
        expect(refused.body).toMatchObject({ status: 413, code: 'too_large', detail });
      }
      const chunk = `${(MAX_PAYLOAD_BYTES + 1).toString(16)}\r\n${'x'.repeat(MAX_PAYLOAD_BYTES + 1)}\r\n0\r\n\r\n`;
      const chunked = await service.raw(`POST ${path} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
      expect(JSON.parse(chunked.body)).toMatchObject({ status: 413, code: 'too_large', detail });
      expect(await service.api.request('POST', path)).toMatchObject({ status: 422 });
    }
    expect(await service.state()).toEqual(before);
  });

  it('headers: a request with more of them is refused, however small they are', async () => {
    const live = (count: number): Promise<RawAnswer> =>
      service.raw(`GET /health/live HTTP/1.1\r\n${HEAD}${'a:\r\n'.repeat(count - 2)}\r\n`);
    expect(await live(LIMITS.headers)).toMatchObject({ status: 200 });
    for (const count of [LIMITS.headers + 1, 2001, 10_000]) {
      const refused = await live(count);
      expect(refused.contentType).toContain('application/problem+json');
      const detail = expect.stringContaining(String(LIMITS.headers)) as string;
      expect(JSON.parse(refused.body)).toMatchObject({ status: 431, code: 'headers_too_large', detail });
    }
  });

  it('faults: the first are named, and the others counted', async () => {
    const unknown = async (count: number): Promise<ProblemAnswer> =>
      (await service.post('/tenants', { id: 'fine', ...words(count, 1) })).body as ProblemAnswer;
    const { errors, detail } = await unknown(LIMITS.faults);
    expect(errors).toHaveLength(LIMITS.faults);
    expect(detail).not.toContain('more');
    const more = await unknown(LIMITS.faults + 1);
    expect(more.errors).toHaveLength(LIMITS.faults);
    expect(more.detail).toMatch(/; and 1 more; at most 100 are listed$/);
  });

  it('requestIdLength: a longer X-Request-Id is replaced', async () => {
    const answered = async (id: string): Promise<string | null> =>
      (await service.api.request('GET', '/health/live', { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    expect(await answered('r'.repeat(LIMITS.requestIdLength))).toBe('r'.repeat(LIMITS.requestIdLength));
    expect(await answered('r'.repeat(LIMITS.requestIdLength + 1))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('eventDeliveries: the status of an event shows that many, and links to the others', async () => {
    const status = async (): Promise<Fields> => {
      const { event_id: id } = fieldsOf(await service.api.request('POST', '/webhooks/many', { body: 'x' }));
      return fieldsOf(await service.get(`/status/${String(id)}`));
    };
    for (let count = 0; count < LIMITS.eventDeliveries; count += 1) await service.subscribe({ event_type: 'many' });
    const all = await status();
    expect(all['deliveries']).toHaveLength(LIMITS.eventDeliveries);
    expect(all).not.toHaveProperty('deliveries_url');

    await service.subscribe({ event_type: 'many' });
    const some = await status();
    expect(some['deliveries']).toHaveLength(LIMITS.eventDeliveries);
    expect((await service.get(String(some['deliveries_url']))).body).toMatchObject({ has_more: true });
  });

  it('cause no failure inside the service', () => {
    service.expectNoFailure();
  });
});

/** Turns a raw answer into one as fetch gives it. */
function asResponse({ status, contentType, body }: RawAnswer): ApiResponse {
  const headers = new Headers(contentType === null ? {} : { 'content-type': contentType });
  return { status: status ?? 0, headers, body: JSON.parse(body), text: body, bytes: Buffer.from(body) };
}
