import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { BroadcastAnswer, ProblemAnswer } from '../../support/api-client.js';
import { fingerprint } from '../../support/database-fingerprint.js';
import { type Operation, OPERATIONS } from '../../support/openapi-operations.js';
import { sendRaw } from '../../support/raw-request.js';
import { type BadInput, badInputs } from './bad-inputs.js';
import { World } from './world.js';

/** They read only the path of a request, and answer every client. */
const UNREAD = ['getLiveness', 'getReadiness', 'getHealth', 'getMetrics'];
const ATTACKED = OPERATIONS.filter(({ id }) => !UNREAD.includes(id));
/**
 * A row that a call may write before the end of its body turns out to be broken: the record that a secret was read.
 */
const MAY_WRITE: Readonly<Record<string, string>> = { getSubscriptionSecret: 'audit_log' };
const TIMEOUT_MS = 10_000;
const STACK_TRACE = /\bat .+\.(js|ts):\d+|node_modules|\/src\/|\/dist\//;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

describe('bad input to every operation of the OpenAPI document', () => {
  let world: World;
  const counts = { inputs: 0, refused: 0, stored: 0, failed: 0 };

  beforeAll(async () => {
    world = await World.make({ MAX_PAYLOAD_BYTES: '4096' });
  });

  afterAll(async () => {
    await world.end();
    // oxlint-disable-next-line no-console
    console.log(
      `bad input: ${ATTACKED.length} operations, ${counts.inputs} requests: ${counts.refused} answered 4xx, ` +
        `${counts.stored} stored unchanged, ${counts.failed} answered 5xx`,
    );
  });

  /** Uses node:http, which sends what fetch would not. */
  function send({ method }: Operation, path: string, { headers = {}, body }: BadInput): Promise<Answer> {
    const { hostname, port } = new URL(world.service.url);
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = { authorization: world.authorization, ...length, ...headers };
      const request = httpRequest({ hostname, port, method, path, headers: sent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const type = response.headers['content-type'] ?? '';
          resolve({ status: response.statusCode ?? 0, type, text: Buffer.concat(chunks).toString() });
        });
      });
      request.setTimeout(TIMEOUT_MS, () =>
        request.destroy(new Error(`no answer to ${method} ${path}: ${JSON.stringify(headers)}`.slice(0, 500))),
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Says what is wrong with an answer to bad input; null when nothing is. */
  function faultOf({ status, type, text }: Answer): string | null {
    counts.inputs += 1;
    if (status >= 500) counts.failed += 1;
    if (status < 400 || status >= 500) return `${status} ${text.slice(0, 200)}`;
    counts.refused += 1;
    if (STACK_TRACE.test(text)) return `it tells of the inside: ${text}`;
    if (!type.startsWith('application/problem+json')) return `it is ${type}: ${text.slice(0, 200)}`;
    const problem = JSON.parse(text) as ProblemAnswer;
    const isWhole = problem.status === status && problem.code !== '' && problem.detail !== '' && problem.title !== '';
    return isWhole ? null : `it is no whole problem: ${text}`;
  }

  it.each(ATTACKED.map((operation) => [operation.id, operation] as const))(
    'is refused by %s, and changes nothing',
    async (_id, operation) => {
      const before = await fingerprint(world.database);
      const faults: string[] = [];
      for (const input of badInputs(operation)) {
        const path = world.path(operation, input.path) + (input.query === undefined ? '' : `?${input.query}`);
        const fault = faultOf(await send(operation, path, input));
        if (fault !== null) faults.push(`${input.name}: ${fault}`);
      }
      expect(faults).toEqual([]);
      expect(await fingerprint(world.database)).toEqual(before);
    },
    60_000,
  );

  it.each(ATTACKED.map((operation) => [operation.id, operation] as const))(
    'is refused by %s when it is not even HTTP, and changes nothing',
    async (_id, operation) => {
      const before = await fingerprint(world.database);
      const head = `${operation.method} ${world.path(operation)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: ${world.authorization}\r\n`;
      const json = `${head}Content-Type: application/json\r\n`;
      const requests: Record<string, string> = {
        'two lengths': `${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
        'a negative length': `${json}Content-Length: -2\r\n\r\n{}`,
        'a length in words': `${json}Content-Length: two\r\n\r\n{}`,
        'a length and chunks': `${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        'chunks that are none': `${json}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n`,
        'an unknown coding': `${json}Transfer-Encoding: bogus\r\n\r\n{}`,
        'another expectation': `${json}Expect: a-miracle\r\nContent-Length: 1\r\n\r\nx`,
        'NUL in a header': `${head}X-A: a\0b\r\n\r\n`,
        'a bare CR in a header': `${head}X-A: a\rb\r\n\r\n`,
        'a header without a name': `${head}: a\r\n\r\n`,
        '10,000 headers': `${head}${'X-A: a\r\n'.repeat(10_000)}\r\n`,
        'a header block of 20 KB': `${head}X-A: ${'a'.repeat(20_000)}\r\n\r\n`,
        'no host': `${operation.method} ${world.path(operation)} HTTP/1.1\r\nConnection: close\r\n\r\n`,
        'another protocol': `${operation.method} ${world.path(operation)} HTTQ/9.9\r\n\r\n`,
        'a blank in the path': `${operation.method} /a b c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      };
      const faults: string[] = [];
      for (const [name, bytes] of Object.entries(requests)) {
        const { status, contentType, body } = await sendRaw(world.service.url, bytes);
        const fault = status === null ? null : faultOf({ status, type: contentType ?? '', text: body });
        if (fault !== null) faults.push(`${name}: ${fault}`);
      }
      expect(faults).toEqual([]);
      const after = await fingerprint(world.database);
      const written = MAY_WRITE[operation.id];
      expect(after).toEqual(written === undefined ? before : { ...before, [written]: after[written] });
    },
    60_000,
  );

  it.each(OPERATIONS.filter(({ takesPayload }) => takesPayload).map((operation) => [operation.id, operation] as const))(
    'is stored byte for byte by %s when it is a payload',
    async (_id, operation) => {
      const payloads: readonly (readonly [type: string, body: Buffer])[] = [
        ['application/octet-stream', Buffer.from([0])],
        ['application/octet-stream', randomBytes(4096)],
        ['text/plain', Buffer.from('\ufeffa\0b\ud800\u001b[31m')],
        ['application/xml', Buffer.from([0xff, 0xfe, 0x3c])],
        ['application/json', Buffer.from('{"a":1,"a":2,"__proto__":{"b":-0,"c":1e400,"d":9007199254740993}}')],
        ['application/json', Buffer.from('['.repeat(2048) + ']'.repeat(2048))],
        ['application/json', Buffer.from('"\\u0000\\ud800"')],
        ['application/json', Buffer.from(' null ')],
        ['application/vnd.a+json; charset=utf-8', Buffer.from('0')],
      ];
      for (const [type, body] of payloads) {
        const input = { name: type, headers: { 'content-type': type }, body };
        const answer = await send(operation, world.path(operation), input);
        expect([type, answer.status]).toEqual([type, 202]);
        const { event_id: id } = JSON.parse(answer.text) as BroadcastAnswer;
        const stored = await world.api.request('GET', `/events/${id}/payload`);
        expect([stored.bytes.equals(body), stored.headers.get('content-type')]).toEqual([true, type]);
        counts.inputs += 1;
        counts.stored += 1;
      }
    },
  );

  it('becomes one event, however often it is sent at once under one key', async () => {
    const operation = OPERATIONS.find(({ id }) => id === 'publishToAll')!;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'fifty' };
    const input = { name: 'fifty', headers, body: '{"order":50}' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(operation, world.path(operation), input)));

    const ids = answers.flatMap(({ status, text }) =>
      status === 202 ? [(JSON.parse(text) as BroadcastAnswer).event_id] : [],
    );
    expect(new Set(ids).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 409]));
    const other = await send(operation, world.path(operation), { ...input, body: '{"order":51}' });
    expect(other.status).toBe(422);
  });

  it('never causes an internal failure', () => {
    expect(world.service.logs.filter(({ level }) => level >= 50)).toEqual([]);
    expect(counts.failed).toBe(0);
  });
});
