import { gzipSync } from 'node:zlib';
import {
  alternatives,
  type Operation,
  type Parameter,
  resolve,
  type Schema,
  typesOf,
} from '../../support/openapi-operations.js';
import { World } from './world.js';

/** One fault of a request to an operation. */
export interface BadInput {
  readonly name: string;
  /** Replaces the parameters of the path; percent-encoded. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const LONG = 'x'.repeat(10_000);
const SQL = `'; drop table subscriptions; --`;
const ANSI = '\u001b[31mred';

/** Ids and names that do not exist, percent-encoded. */
const BAD_IDS: Readonly<Record<string, string>> = {
  NUL: 'a%00b',
  'a newline': 'a%0Ab',
  'a lone surrogate': '%ED%A0%80',
  'half of a character': '%C3',
  'a path upwards': '..%2F..%2Fetc',
  SQL: encodeURIComponent(SQL),
  ANSI: encodeURIComponent(ANSI),
  'a star': '*',
  'a template': '%24%7B7*7%7D',
  '10,000 characters': LONG,
};

/** Well-formed ids that do not exist; an event type may look like that. */
const UNKNOWN_IDS: Readonly<Record<string, string>> = {
  'an unknown subscription': 'sub_01k6zv1yqpe7rtqq6zjy200000',
  'an unknown delivery': 'dlv_01k6zv1yqpe7rtqq6zjy200000',
  'an unknown event': 'evt_01k6zv1yqpe7rtqq6zjy200000',
  'an unknown key': 'key_01k6zv1yqpe7rtqq6zjy200000',
  'an id in upper case': 'SUB_01K6ZV1YQPE7RTQQ6ZJY200000',
  __proto__: '__proto__',
  constructor: 'constructor',
};

const BAD_TENANTS: Readonly<Record<string, string>> = {
  nothing: '',
  'an unknown one': 'nobody',
  'a blank': 'a b',
  SQL: SQL,
  '10,000 characters': LONG,
  __proto__: '__proto__',
};

/** Bodies that cannot hold a JSON object of ours. */
const BAD_BODIES: Readonly<Record<string, string | Buffer>> = {
  nothing: '',
  null: 'null',
  true: 'true',
  'a number': '1',
  'a string': '"x"',
  'an array': '[]',
  'half an object': '{"a":',
  NUL: '{"a":"\\u0000"}',
  'a raw NUL': Buffer.from('{"a":"\0"}'),
  'a lone surrogate': '{"a":"\\ud800"}',
  'a lone surrogate as a key': '{"\\udfff":1}',
  'nesting as deep as it fits': '['.repeat(30_000) + ']'.repeat(30_000),
  'nesting 100,000 deep': '['.repeat(100_000) + ']'.repeat(100_000),
  'objects 100,000 deep': '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000),
  '1e400': '{"a":1e400}',
  '1e-400': '{"a":1e-400}',
  'more digits than are kept': '{"a":0.12345678901234567890}',
  '2^53+1': '{"a":9007199254740993}',
  '-0': '{"a":-0}',
  'a key twice': '{"a":1,"a":2}',
  __proto__: '{"__proto__":{"isAdmin":true}}',
  constructor: '{"constructor":{"prototype":{}}}',
  'a byte order mark': '\ufeff{}',
  'invalid UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  'UTF-16': Buffer.from('{}', 'utf16le'),
  'an unknown field': '{"surprise":1}',
  'more than 64 KB': `{"a":"${'x'.repeat(70_000)}"}`,
};

/** Properties that every JavaScript object has, and no client sends. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** Own headers that a subscription may not send. */
const BAD_HEADERS: readonly (readonly [string, unknown])[] = [
  ['X-A', 'a\r\nX-B: b'],
  ['X-A', 'a\nb'],
  ['X-A', 'ä'],
  ['X-A', ''],
  ['X-A', ' a'],
  ['X-A', 1],
  ['X-A', null],
  ['X-A', ['a']],
  ['X-A', 'x'.repeat(5000)],
  ['X\r\nA', 'a'],
  ['X A', 'a'],
  ['X:A', 'a'],
  ['Xä', 'a'],
  ['', 'a'],
  ...['Host', 'content-length', 'TRANSFER-ENCODING', 'Connection', 'webhook-id', 'Webhook-Signature', 'Expect', 'TE', 'Content-Type', 'User-Agent', 'Proxy-Authorization', 'X-Webhook-Delivery'].map((name) => [name, 'a'] as const), // prettier-ignore
];

const named = <T>(
  what: string,
  values: Readonly<Record<string, T>>,
  make: (value: T) => Omit<BadInput, 'name'>,
): BadInput[] => Object.entries(values).map(([name, value]) => ({ name: `${what}: ${name}`, ...make(value) }));

/** Every possible fault of a request to an operation, one at a time. */
export function badInputs(operation: Operation): BadInput[] {
  const { parameters } = operation;
  const inPath = parameters.filter((each) => each.in === 'path');
  const inQuery = parameters.filter((each) => each.in === 'query');
  return [
    ...inPath.flatMap((parameter) => badPaths(operation, parameter)),
    ...inQuery.flatMap(badQueries),
    { name: 'query: an unknown parameter', query: 'surprise=1' },
    { name: 'query: an unknown parameter like a prototype', query: '__proto__[a]=1' },
    ...INHERITED.map((name) => ({ name: `query: an unknown parameter ${name}`, query: `${name}=1` })),
    ...named('X-Tenant', BAD_TENANTS, (value) => ({ headers: { 'x-tenant': value } })),
    ...(operation.takesPayload ? badPublishing(operation) : []),
    ...(operation.body === null ? badEmptyBodies(operation) : badBodies(operation, operation.body)),
  ];
}

function badPaths({ path }: Operation, { name }: Parameter): BadInput[] {
  const values = name === 'event_type' ? BAD_IDS : { ...BAD_IDS, ...UNKNOWN_IDS };
  return named(`path of ${path}`, values, (value) => ({ path: { [name]: value } }));
}

/** Parameters in which people look for words of their own, whatever these are. */
const FREE_TEXTS: readonly string[] = ['search'];

function badQueries({ name, schema = {} }: Parameter): BadInput[] {
  const of = (what: string, value: string): BadInput => ({
    name: `query: ${name} is ${what}`,
    query: `${name}=${value}`,
  });
  const common = [
    of('NUL', '%00'),
    of('a lone surrogate', '%ED%A0%80'),
    of('10,000 characters', LONG),
    { name: `query: ${name} twice`, query: `${name}=1&${name}=2` },
    { name: `query: ${name} as an object`, query: `${name}[a]=1` },
  ];
  const numbers = ['-1', '0', '1e9', 'abc', '1.5', '', '0x10', 'NaN', '9007199254740993'];
  if (typesOf(schema).includes('integer')) return [...common, ...numbers.map((value) => of(value, value))];
  const texts = {
    nothing: '',
    ANSI: encodeURIComponent(ANSI),
    'a newline': 'a%0Ab',
    ...(FREE_TEXTS.includes(name) ? {} : { SQL: encodeURIComponent(SQL), 'a blank': 'a%20b' }),
  };
  return [...common, ...Object.entries(texts).map(([what, value]) => of(what, value))];
}

/** Calls without a body refuse one. */
function badEmptyBodies({ method, takesPayload }: Operation): BadInput[] {
  if (takesPayload || method === 'GET') return [];
  return [
    { name: 'body where none is read', headers: JSON_TYPE, body: '{"a":1}' },
    { name: 'body where none is read, of no known type', headers: { 'content-type': 'x/y' }, body: 'a' },
    { name: 'gzip where no body is read', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{}') },
  ];
}

function badBodies(operation: Operation, schema: Schema): BadInput[] {
  const text = JSON.stringify(World.body(operation));
  // Where no body is needed, {} is as good as none, whatever its type.
  const untyped = operation.isBodyOptional ? '{"other":1}' : text;
  const { nothing: _nothing, ...others } = BAD_BODIES;
  return [
    ...named('body', operation.isBodyOptional ? others : BAD_BODIES, (body) => ({ headers: JSON_TYPE, body })),
    ...INHERITED.map((name) => ({
      name: `body: an unknown field ${name}`,
      headers: JSON_TYPE,
      body: withField(operation, [], name),
    })),
    { name: 'body: as text', headers: { 'content-type': 'text/plain' }, body: untyped },
    { name: 'body: without a type', body: untyped },
    { name: 'body: as a form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
    { name: 'body: gzip', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(text) },
    {
      name: 'body: a gzip bomb',
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(10_000_000)),
    },
    ...badFields(operation, resolve(schema), []),
  ];
}

const VALUES: Readonly<Record<string, unknown>> = {
  string: '\u001b[31m*',
  number: 1.5,
  boolean: true,
  array: [[]],
  object: { surprise: {} },
  null: null,
};

function badFields(operation: Operation, schema: Schema, at: readonly string[]): BadInput[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const place = [...at, name];
    const types = typesOf(property).map((type) => (type === 'integer' ? 'number' : type));
    // It takes any value, and passes it on as bytes.
    if (types.length === 0) return [];
    const wrong = Object.entries(VALUES).filter(([type]) => !types.includes(type));
    const outside = outsideOf(resolve(property));
    const inputs = [...wrong.map(([, value]) => value), ...outside].map((value) => fieldInput(operation, place, value));
    if (types.includes('string')) inputs.push(...unsafeTexts(operation, place));
    if (name === 'headers') {
      inputs.push(...BAD_HEADERS.map(([header, value]) => fieldInput(operation, place, { [header]: value })));
    }
    const nested = [resolve(property), ...alternatives(property)].find(({ properties }) => properties !== undefined);
    if (nested === undefined) return inputs;
    const unknown = INHERITED.map((name) => ({
      name: `body: an unknown field ${[...place, name].join('.')}`,
      headers: JSON_TYPE,
      body: withField(operation, place, name),
    }));
    return [...inputs, ...unknown, ...badFields(operation, nested, place)];
  });
}

/** A body with one more field in one of its objects; built as text, because an object would not take every name. */
function withField(operation: Operation, place: readonly string[], name: string): string {
  const marked = place.length === 0 ? { ...World.body(operation), '@@': 1 } : nestedIn(operation, place, { '@@': 1 });
  return JSON.stringify(marked).replace('@@', name);
}

/** Values of the right type that the schema does not allow. */
function outsideOf(schema: Schema): unknown[] {
  const { minimum, maximum, maxLength, minLength, enum: values, format, pattern } = schema;
  return [
    ...(minimum === undefined ? [] : [minimum - 1, -1e9]),
    ...(maximum === undefined ? [] : [maximum + 1, 1e15]),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1), 'x'.repeat(20_000)]),
    ...(minLength === undefined || minLength === 0 ? [] : ['']),
    ...(values === undefined ? [] : ['none of them']),
    ...(format === undefined ? [] : ['yesterday']),
    ...(pattern === undefined ? [] : [' ']),
    ...alternatives(schema).flatMap(outsideOf),
  ];
}

function fieldInput(operation: Operation, place: readonly string[], value: unknown): BadInput {
  const shown = JSON.stringify(value).slice(0, 40);
  return { name: `body: ${place.join('.')} is ${shown}`, headers: JSON_TYPE, body: bodyWith(operation, place, value) };
}

/** Values that JSON can express and PostgreSQL cannot store. */
function unsafeTexts(operation: Operation, place: readonly string[]): BadInput[] {
  const marked = bodyWith(operation, place, 'a@@b');
  return named(`body: ${place.join('.')} with`, { NUL: '\\u0000', 'a lone surrogate': '\\ud800' }, (escape) => ({
    headers: JSON_TYPE,
    body: marked.replace('@@', escape),
  }));
}

function bodyWith(operation: Operation, place: readonly string[], value: unknown): string {
  return JSON.stringify(nestedIn(operation, place, value));
}

function nestedIn(operation: Operation, [name = '', ...rest]: readonly string[], value: unknown): object {
  const inner = rest.reduceRight<unknown>((sum, key) => ({ [key]: sum }), value);
  // A body names event types in one of two ways, and has one of two kinds of authentication.
  const { event_type: _eventType, ...base } = World.body(operation);
  const isOther = name === 'event_type' || name === 'event_types';
  return { ...(isOther ? base : World.body(operation)), [name]: inner };
}

function badPublishing({ parameters }: Operation): BadInput[] {
  const publish = (
    name: string,
    headers: Record<string, string>,
    body: string | Buffer = '{"order":42}',
  ): BadInput => ({
    name: `publishing: ${name}`,
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  const keys = { nothing: '', '256 characters': 'x'.repeat(256), '10,000 characters': LONG, 'a blank': 'a b' };
  return [
    ...Object.entries(keys).map(([what, key]) => publish(`Idempotency-Key is ${what}`, { 'idempotency-key': key })),
    publish('X-Event-Type is a star', { 'x-event-type': '*' }),
    publish('X-Event-Type is long', { 'x-event-type': LONG }),
    publish('X-Event-Type is another', { 'x-event-type': 'order.deleted' }),
    publish('X-Signature-256 is wrong', { 'x-signature-256': `sha256=${'0'.repeat(64)}` }),
    publish('X-Signature-256 is nonsense', { 'x-signature-256': 'x' }),
    publish('gzip', { 'content-encoding': 'gzip' }, gzipSync('{}')),
    publish('a long content type', { 'content-type': `text/plain; a=${'x'.repeat(300)}` }),
    publish('nothing', {}, ''),
    publish('half an object', {}, '{"a":'),
    publish('invalid UTF-8 that calls itself JSON', {}, Buffer.from([0x22, 0xff, 0x22])),
    publish('a byte order mark in JSON', {}, '\ufeff{}'),
    publish('more than MAX_PAYLOAD_BYTES', {}, `"${'x'.repeat(5000)}"`),
    ...(parameters.some(({ name }) => name === 'subscription_id')
      ? [publish('an envelope with a wrong signature', {}, '{"body":"a","signature":"b"}')]
      : []),
  ];
}
