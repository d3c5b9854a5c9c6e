import fc from 'fast-check';
import { alternatives, type Operation, OPERATIONS, resolve, type Schema } from '../../support/openapi-operations.js';
import { World } from './world.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const RUNS_EACH = 60;
const STACK_TRACE = /\bat .+\.(js|ts):\d+|node_modules/;
/** Deliveries are not sent: nothing leaves this machine, whatever target was generated. */
const PAUSES = new Set(['createSubscription', 'replaceSubscription', 'patchSubscription']);

/** A request to an operation, good or bad. */
interface Generated {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const header = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => text.trim());
const anyJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });

/** Values that a schema allows, as far as it says. */
function valueOf(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if (name === 'target_url')
    return fc.constantFrom('https://1.1.1.1/', 'http://10.0.0.1/', 'https://1.1.1.1/?a=%00', 'ftp://a');
  const resolved = resolve(schema);
  const others = alternatives(resolved);
  if (others.length > 0) return fc.oneof(...others.map((each) => valueOf(each)));
  if (resolved.enum) return fc.constantFrom(...resolved.enum);
  const [type = 'string', ...more] = [resolved.type ?? []].flat();
  return fc.oneof(ofType(resolved, type), ...more.map((each) => ofType(resolved, each)));
}

function ofType(schema: Schema, type: string): fc.Arbitrary<unknown> {
  const { minimum = -1e6, maximum = 1e6, minLength = 0, maxLength = 100, pattern, format, maxItems = 5 } = schema;
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { maxLength: Math.min(maxItems, 5) });
    case 'object':
      return object(schema);
    default:
      if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
      if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
      return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 300) });
  }
}

function object(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? valueOf(additionalProperties) : anyJson;
    return fc.dictionary(fc.string({ maxLength: 20 }), values, { maxKeys: 4 });
  }
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valueOf(each, name)]));
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

/** A value, or something else in place of it or of one of its fields. */
function corrupted(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const withOther = fc.tuple(value, fc.string({ maxLength: 12 }), anyJson, fc.nat()).map(([whole, name, other, at]) => {
    if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return other;
    const names = [...Object.keys(whole), name];
    return { ...whole, [names[at % names.length]!]: other };
  });
  return fc.oneof(withOther, anyJson);
}

function requestTo(operation: Operation): fc.Arbitrary<Generated> {
  const texts = (place: 'path' | 'query' | 'header', make: (schema: Schema) => fc.Arbitrary<string>, all: boolean) => {
    const parameters = operation.parameters.filter((each) => each.in === place);
    const fields = Object.fromEntries(parameters.map(({ name, schema = {} }) => [name, make(schema)]));
    return fc.record(fields, all ? {} : { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
  };
  const text = (schema: Schema) =>
    fc
      .oneof(valueOf(schema).map(String), fc.string({ unit: 'binary', maxLength: 40 }))
      .map((value) => value.toWellFormed());
  const body = operation.body === null ? fc.constant(undefined) : valueOf(operation.body);
  return fc.record({
    // Half of the ids exist.
    path: fc.oneof(fc.constant({}), texts('path', text, true)),
    query: texts('query', text, false),
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: texts('header', () => header, false) },
    ),
    body: operation.body === null ? body : fc.oneof(body, corrupted(body)),
  });
}

describe('requests generated from the OpenAPI document', () => {
  let world: World;
  const byStatus: Record<string, number> = {};

  beforeAll(async () => {
    world = await World.make();
  });

  afterAll(async () => {
    await world.end();
    const statuses = Object.entries(byStatus).map(([status, count]) => `${status}: ${count}`);
    const total = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
    // oxlint-disable-next-line no-console
    console.log(`fuzz: seed ${SEED}, ${total} requests; ${statuses.join(', ')}; 5xx: ${byStatus['5xx'] ?? 0}`);
  });

  const send = async (operation: Operation, { path, query, headers, body }: Generated): Promise<void> => {
    const encoded = Object.fromEntries(
      Object.entries(path).map(([name, value]) => [name, encodeURIComponent(value) || '%20']),
    );
    const search = new URLSearchParams(query).toString();
    const where = world.path(operation, encoded) + (search === '' ? '' : `?${search}`);
    const paused = PAUSES.has(operation.id) ? { ...(body as object), state: 'paused' } : body;
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const sent = JSON.stringify(isObject ? paused : body) as string | undefined;
    const typed = { 'content-type': 'application/json', ...headers };
    // Checks the answer against the document.
    const answer = await world.api.request(operation.method, where, {
      headers: sent === undefined ? headers : typed,
      ...(sent !== undefined && { body: sent }),
      ...(operation.takesPayload && { body: '{"order":42}', headers: typed }),
    });
    const status = answer.status >= 500 ? '5xx' : String(answer.status);
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toMatch(STACK_TRACE);
  };

  it.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    'are answered by %s as documented',
    async (_id, operation) => {
      const property = fc.asyncProperty(requestTo(operation), (request) => send(operation, request));
      await fc.assert(property, { seed: SEED, numRuns: RUNS_EACH, endOnFailure: true });
    },
    60_000,
  );

  it('never cause an internal failure', () => {
    expect(world.service.logs.filter(({ level }) => level >= 50)).toEqual([]);
  });
});
