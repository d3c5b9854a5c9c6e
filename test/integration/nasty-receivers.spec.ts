import type { AttemptResult } from '../../src/delivery/domain/attempt-outcome.js';
import { statusSentence } from '../../src/delivery/domain/status-sentence.js';
import { eventually } from '../support/eventually.js';
import { aDeliveryTo } from '../support/factories.js';
import {
  type Behaviour,
  earlyClose,
  endlessBody,
  endlessProcessing,
  garbage,
  gzipBomb,
  hang,
  raw,
  redirect,
  reset,
  respond,
  ScriptedReceiver,
  slowHeaders,
  trickle,
} from '../support/scripted-receiver.js';
import { aSender, closeSenders } from '../support/senders.js';

/** The timeout that must end the attempt. */
const TIMEOUT_MS = 400;
/** A timeout that must not: sender and receiver are one process, which may stand still for some seconds. */
const PATIENCE_MS = 10_000;
/** A timeout that cannot end an attempt within the test. */
const ENDLESS_MS = 600_000;
const OK = 'HTTP/1.1 200 OK\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** Sends each letter in a packet of its own. */
function byLetter(bytes: string): Behaviour {
  return (response, request) => {
    const [first, ...others] = bytes;
    if (first === undefined) return;
    response.socket?.write(first, () => {
      setImmediate(() => {
        byLetter(others.join(''))(response, request);
      });
    });
  };
}

afterEach(closeSenders);

describe('the sender, given the answers of a receiver on this machine', () => {
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(() => receiver.close());

  const sendTo = (behaviour: Behaviour, timeoutMs = PATIENCE_MS): Promise<AttemptResult> => {
    receiver.script('/hook', behaviour);
    return aSender().send(aDeliveryTo(receiver.url('/hook')), timeoutMs);
  };

  it.each([200, 201, 204, 299])('treats a %i as a success', async (status) => {
    expect(await sendTo(respond(status))).toMatchObject({ statusCode: status, error: null, retryAfter: null });
  });

  it.each([300, 304, 400, 410, 429, 500, 503])('treats a %i as a failure', async (status) => {
    const error = { code: 'bad_status', message: statusSentence(status, undefined) };
    const headers = { 'retry-after': '120', 'x-why': 'because' };
    const result = await sendTo(respond(status, { headers }));
    expect(result).toMatchObject({ statusCode: status, error, retryAfter: '120' });
    expect(result.responseHeaders).toMatchObject(headers);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const result = await sendTo(redirect(receiver.url('/second'), status));
    expect(result).toMatchObject({ statusCode: status, error: { code: 'bad_status' } });
    expect(result.error!.message).toContain(`redirects are not followed; it pointed to ${receiver.url('/second')}`);
    expect(receiver.requestsTo('/hook')).toHaveLength(1);
    expect(receiver.requestsTo('/second')).toEqual([]);
  });

  it('keeps the first 4 KB of the answer unchanged', async () => {
    const body = Buffer.from(Array.from({ length: 10_000 }, (_, n) => n % 256));
    const { responseBody } = await sendTo(respond(200, { body }));
    expect(responseBody.equals(body.subarray(0, 4096))).toBe(true);
  });

  it.each([
    ['hangs', hang(), 'timeout'],
    ['resets the connection', reset(), 'connection_reset'],
    ['never ends its headers', slowHeaders(10_000), 'timeout'],
    ['answers with something that is not HTTP', garbage(), 'response_invalid'],
    [
      'answers 102 with endless headers',
      raw(`HTTP/1.1 102 Processing\r\nX-Long: ${'x'.repeat(200_000)}`),
      'response_invalid',
    ],
    ['sends 102 very many times at once', raw(PROCESSING.repeat(3000)), 'response_invalid'],
    [
      'changes the protocol unasked',
      raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'response_invalid',
    ],
    ['answers with another protocol', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'response_invalid'],
    ['answers with two lengths', raw(`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`), 'response_invalid'],
    ['answers with a malformed header', raw(`${OK}no header\r\n\r\n`), 'response_invalid'],
    ['answers with a malformed status', raw('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'), 'response_invalid'],
    ['closes without an answer', raw(''), 'connection_reset'],
    ['closes before the end of its headers', raw(OK), 'connection_reset'],
    ['sends 102 endlessly', endlessProcessing(), 'timeout'],
  ] as const)('gives up on a receiver that %s', async (_, behaviour, code) => {
    let result: AttemptResult;
    // The time may be up before the request arrives, if this machine stands still.
    do result = await sendTo(behaviour, code === 'timeout' ? TIMEOUT_MS : ENDLESS_MS);
    while (receiver.requests.length === 0);
    expect(result).toMatchObject({ statusCode: null, error: { code }, responseHeaders: {}, retryAfter: null });
    // A sentence about the receiver or its response, and no text of a library.
    expect(result.error!.message).toMatch(
      /^the (receiver|response|body of the response|headers of the response) [a-z]/,
    );
    expect(result.responseBody).toHaveLength(0);
    if (code === 'timeout') expect(result.durationMs).toBeGreaterThan(TIMEOUT_MS - 5);
    // It keeps no connection to the receiver, either.
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it.each([
    ['one unsolicited 100', CONTINUE],
    ['several 100s with headers', `HTTP/1.1 100 Continue\r\nX-Own: a\r\n\r\n${CONTINUE.repeat(20)}`],
    [
      'interim answers of many kinds',
      `${CONTINUE}${PROCESSING}HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${CONTINUE}`,
    ],
    ['an unassigned 1xx', 'HTTP/1.1 199 Odd\r\n\r\n'],
    ['hundreds of interim answers', CONTINUE.repeat(1000)],
  ])('skips %s before the answer', async (_, interim) => {
    const result = await sendTo(raw(`${interim}${OK}X-Own: b\r\nContent-Length: 2\r\n\r\nok`));
    expect(result).toMatchObject({ statusCode: 200, error: null, responseHeaders: { 'x-own': 'b' } });
    expect(result.responseBody.toString()).toBe('ok');
  });

  it('skips an unsolicited 100 that arrives letter by letter', async () => {
    const result = await sendTo(byLetter(`${CONTINUE}HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n`));
    expect(result).toMatchObject({ statusCode: 201, error: null });
  });

  it('reuses a connection on which a 100 preceded the answer', async () => {
    const ports = new Set<number | undefined>();
    receiver.script('/hook', (response) => {
      ports.add(response.socket?.remotePort);
      response.writeContinue();
      response.end();
    });
    const sender = aSender();
    for (let n = 0; n < 3; n += 1) {
      expect(await sender.send(aDeliveryTo(receiver.url('/hook')), PATIENCE_MS)).toMatchObject({ statusCode: 200 });
    }
    expect(ports.size).toBeLessThan(3);
  });

  it.each([
    ['20 KB in one header', `X-Long: ${'x'.repeat(20_000)}\r\n`],
    ['100 KB in one header', `X-Long: ${'x'.repeat(100_000)}\r\n`],
    ['5,000 headers', 'X-Short: yes\r\n'.repeat(5000)],
    ['more headers than are read', 'X-Short: yes\r\n'.repeat(50_000)],
    ['a header longer than what is read', `X-Long: ${'x'.repeat(5_000_000)}\r\n`],
  ])('keeps the status of an answer with %s', async (_, headers) => {
    expect(await sendTo(raw(`${OK}${headers}Content-Length: 0\r\n\r\n`))).toMatchObject({
      statusCode: 200,
      error: null,
    });
    expect(await sendTo(raw(`HTTP/1.1 410 Gone\r\n${headers}Content-Length: 0\r\n\r\n`))).toMatchObject({
      statusCode: 410,
      error: { code: 'bad_status' },
    });
  });

  it.each([
    ['some trailers', 'X-Trailer: yes\r\n'],
    ['more trailers than are read', 'X-Trailer: yes\r\n'.repeat(50_000)],
  ])('treats a 2xx with %s as a success', async (_, trailers) => {
    const result = await sendTo(raw(`${OK}${CHUNKED}2\r\nok\r\n0\r\n${trailers}\r\n`));
    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.responseBody.toString()).toBe('ok');
  });

  it.each([
    ['closes before the end of its body', earlyClose(), 'too short'],
    ['announces a body with a 204', raw('HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n'), ''],
    ['breaks off in the middle of a chunk', raw(`${OK}${CHUNKED}a\r\nshort`), 'short'],
    ['sends a malformed chunk', raw(`${OK}${CHUNKED}2\r\nok\r\nzz\r\n`), 'ok'],
    ['never ends its body', endlessBody(), 'x'.repeat(4096)],
  ] as const)('treats as a success the 2xx of a receiver that %s', async (_, behaviour, body) => {
    const result = await sendTo(behaviour, ENDLESS_MS);

    expect(result).toMatchObject({ error: null });
    expect(result.statusCode).toBeLessThan(205);
    expect(result.responseBody.toString()).toBe(body);
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it('treats as a success a 200 whose body trickles, and waits no longer than the timeout', async () => {
    let result: AttemptResult;
    // The time may be up before the first byte arrives, if this machine stands still.
    do result = await sendTo(trickle(5), 1000);
    while (result.responseBody.length === 0);
    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.responseBody.toString()).toMatch(/^x{1,20}$/);
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it('does not decompress a gzip bomb', async () => {
    const result = await sendTo(gzipBomb());
    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.responseBody.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(result.responseBody).toHaveLength(4096);
  });

  it('needs little memory for many endless answers', async () => {
    receiver.script('/', endlessBody());
    const sender = aSender();
    const usedBytes = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const before = usedBytes();
    let peak = 0;
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => sender.send(aDeliveryTo(receiver.url()), PATIENCE_MS)),
      );
      expect(results.map(({ responseBody }) => responseBody.length)).toEqual(results.map(() => 4096));
      peak = Math.max(peak, usedBytes() - before);
    }
    // Each of the 200 answers is read up to 64 KB, and garbage waits for its collection. Unlimited, it is gigabytes.
    expect(peak).toBeLessThan(100 * 1024 * 1024);
  });
});
