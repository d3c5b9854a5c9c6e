import { bestOf, msOf } from '../support/best-of.js';
import { type Operation, OPERATIONS } from '../support/openapi-operations.js';
import { World } from '../e2e/fuzz/world.js';

/** What a client can send most of: a body, the head of a request, and a payload. */
const BODY_BYTES = 64_000;
const HEAD_BYTES = 12_000;
const PAYLOAD_BYTES = 1_000_000;
const TIMES = 8;
/**
 * How much more a byte of a large input may cost than one of a small input, on a machine that others use.
 */
const GROWTH = 4;
/** Shorter times are not judged: a request that costs so little delays no other. */
const FLOOR_MS = 40;

/** Returns a text of about that many bytes. */
type Repetition = (bytes: number) => string;

const REPEATED = [
  '0', '1', '01', '9', '.', '-', '_', 'a', 'aA', 'a.', 'a-', ' ', '\t', ' a', '/', '../', '\\', '"', "'", '%', '%41', ':',
  '::', ';', 'a;', '=', 'a=', '&', ',', 'a,', '[', '{', '*', '+', '~', '#', '?', '@', 'xn--', 'whsec_', 'é', '中', 'a\u0301\u0323',
]; // prettier-ignore
const REPETITIONS: readonly (readonly [name: string, make: Repetition])[] = REPEATED.flatMap((part) => {
  const repeat: Repetition = (bytes) => part.repeat(bytes / Buffer.byteLength(part));
  const name = JSON.stringify(part);
  // The byte that follows decides whether an expression that has matched so far must backtrack.
  return [
    [name, repeat],
    [`${name} and another`, (bytes) => `${repeat(bytes)}!`],
    [`${name} between others`, (bytes) => `!${repeat(bytes)}x`],
  ];
});

/** JSON that consists of one repeated thing. */
const BODIES: readonly (readonly [name: string, make: Repetition])[] = [
  ['a number of zeros', (bytes) => `{"metadata":{"n":1${'0'.repeat(bytes)}1}}`],
  ['a number of zeros after the point', (bytes) => `{"metadata":{"n":0.${'0'.repeat(bytes)}1}}`],
  ['a number of zeros between other digits', (bytes) => `{"metadata":{"n":1.${'0'.repeat(bytes)}1}}`],
  ['a number that ends in zeros', (bytes) => `{"metadata":{"n":1.${'0'.repeat(bytes)}}}`],
  ['zeros in rows', (bytes) => `{"metadata":{"n":0.${'1000'.repeat(bytes / 4)}1}}`],
  ['a long exponent', (bytes) => `{"metadata":{"n":1e${'0'.repeat(bytes)}1}}`],
  ['many numbers', (bytes) => `{"metadata":{"n":[${'100,'.repeat(bytes / 4)}1]}}`],
  ['many strings', (bytes) => `{"metadata":{"n":[${'"\\"",'.repeat(bytes / 5)}1]}}`],
  ['blanks', (bytes) => `{"metadata"${' '.repeat(bytes)}:{}}`],
  ['blanks after strings', (bytes) => `{"metadata":{"n":[${'"a" ,'.repeat(bytes / 5)}1]}}`],
  ['escapes', (bytes) => `{"metadata":{"n":"${'\\\\'.repeat(bytes / 2)}"}}`],
  ['surrogates', (bytes) => `{"metadata":{"n":"${'\\ud83d\\ude00'.repeat(bytes / 12)}"}}`],
  ['nesting', (bytes) => '['.repeat(bytes)],
  ['one key again and again', (bytes) => `{${'"a":1,'.repeat(bytes / 6)}"b":1}`],
  ['unknown keys', (bytes) => `{${keys(bytes)}}`],
  ['keys of metadata', (bytes) => `{"metadata":{${keys(bytes)}}}`],
  ['keys of headers', (bytes) => `{"headers":{${keys(bytes)}}}`],
  ['event types', (bytes) => `{"event_types":[${'"a.b",'.repeat(bytes / 6)}"a"]}`],
];

const FIELDS: readonly (readonly [name: string, body: (text: string) => object])[] = [
  ['target_url', (text) => ({ target_url: text })],
  ['the host of target_url', (text) => ({ target_url: `https://${text}/` })],
  ['the path of target_url', (text) => ({ target_url: `https://1.1.1.1/${text}` })],
  ['event_type', (event_type) => ({ event_type })],
  ['secret', (secret) => ({ secret })],
  ['secret after whsec_', (text) => ({ secret: `whsec_${text}` })],
  ['description', (description) => ({ description })],
  ['the name of a header', (text) => ({ headers: { [text]: 'a' } })],
  ['the value of a header', (text) => ({ headers: { 'X-A': text } })],
  ['a token', (token) => ({ auth: { type: 'bearer', token } })],
  ['a user name', (username) => ({ auth: { type: 'basic', username, password: 'a' } })],
  ['metadata', (text) => ({ metadata: { [text]: text } })],
  ['a state', (state) => ({ state })],
];

const HEADERS = [
  'accept', 'authorization', 'content-encoding', 'content-type', 'cookie', 'idempotency-key', 'if-none-match', 'origin',
  'x-event-type', 'x-forwarded-for', 'x-request-id', 'x-signature-256', 'x-tenant',
]; // prettier-ignore
const PATHS: readonly (readonly [name: string, path: (text: string) => string])[] = [
  ['the path', (text) => `/${text}`],
  ['an id', (text) => `/deliveries/${text}`],
  ['the query', (text) => `/deliveries?${text}`],
  ...['cursor', 'since', 'limit', 'event_type', 'status'].map((name): [string, (text: string) => string] => [
    name,
    (text) => `/deliveries?${name}=${text}`,
  ]),
];

function keys(bytes: number): string {
  return Array.from({ length: bytes / 10 }, (_, index) => `"k${10_000 + index}":1`).join(',');
}

function operation(id: string): Operation {
  return OPERATIONS.find((each) => each.id === id)!;
}

interface Sent {
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

describe('what a byte of input costs', () => {
  let world: World;
  let subscription: string;
  let publishing: string;

  beforeAll(async () => {
    world = await World.make();
    subscription = world.path(operation('patchSubscription'));
    publishing = world.path(operation('publishToAll'));
  });

  afterAll(() => world.end());

  async function send({ path, headers = {}, body }: Sent): Promise<void> {
    const type = { authorization: world.authorization, 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : path === publishing ? 'POST' : 'PATCH';
    const sent = { method, headers: { ...type, ...headers }, ...(body !== undefined && { body }) };
    await (await fetch(world.service.url + path, sent)).arrayBuffer();
  }

  /** @returns the inputs whose bytes cost more when there are many */
  async function costlyInputs(
    inputs: readonly (readonly [name: string, make: (bytes: number) => Sent])[],
    bytes: number,
  ): Promise<string[]> {
    const dear: string[] = [];
    for (const [name, make] of inputs) {
      const [little, much] = [make(Math.floor(bytes / TIMES)), make(bytes)];
      const littleMs = await bestOf(0, () => msOf(() => send(little)));
      const mostMs = Math.max(FLOOR_MS, littleMs * TIMES * GROWTH);
      const muchMs = await bestOf(mostMs, () => msOf(() => send(much)));
      if (muchMs >= mostMs) dear.push(`${name}: ${littleMs.toFixed(1)} ms, and ${muchMs.toFixed(1)} ms of ${TIMES} times as much`); // prettier-ignore
    }
    return dear;
  }

  it('does not grow with the amount of JSON', async () => {
    const inputs = BODIES.map(([name, make]) => [name, (bytes: number): Sent => ({ path: subscription, body: make(bytes) })] as const); // prettier-ignore
    expect(await costlyInputs(inputs, BODY_BYTES)).toEqual([]);
  });

  it('does not grow with the size of a JSON payload', async () => {
    const inputs = BODIES.map(([name, make]) => [name, (bytes: number): Sent => ({ path: publishing, body: make(bytes) })] as const); // prettier-ignore
    expect(await costlyInputs(inputs, PAYLOAD_BYTES)).toEqual([]);
  });

  it.each(FIELDS)('does not grow with the length of %s', async (_, bodyOf) => {
    const inputs = REPETITIONS.map(([name, make]) => [name, (bytes: number): Sent => ({ path: subscription, body: JSON.stringify(bodyOf(make(bytes / 2))) })] as const); // prettier-ignore
    expect(await costlyInputs(inputs, BODY_BYTES)).toEqual([]);
  });

  const inHead = REPETITIONS.filter(([, make]) => /^[\t -~]+$/.test(make(10)));

  it.each(HEADERS)('does not grow with the length of the header %s', async (header) => {
    const inputs = inHead.map(([name, make]) => [name, (bytes: number): Sent => ({ path: publishing, headers: { [header]: make(bytes) }, body: '{}' })] as const); // prettier-ignore
    expect(await costlyInputs(inputs, HEAD_BYTES)).toEqual([]);
  });

  it.each(PATHS)('does not grow with the length of %s', async (_, pathOf) => {
    const inputs = inHead.map(([name, make]) => [name, (bytes: number): Sent => ({ path: pathOf(make(bytes)) })] as const); // prettier-ignore
    expect(await costlyInputs(inputs, HEAD_BYTES)).toEqual([]);
  });
});
