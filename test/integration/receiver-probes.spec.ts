import { ReceiverProbes } from '../../src/delivery/attempt/http/receiver-probes.js';
import type { Probe } from '../../src/delivery/domain/probe.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { signingKey } from '../../src/signing/signing-key.js';
import { BlockedTarget, TargetGuard } from '../../src/targets/target-guard.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { eventually } from '../support/eventually.js';
import { aClaimedDelivery } from '../support/factories.js';
import { endlessBody, hang, redirect, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { aSender, closeSenders, secretBox } from '../support/senders.js';

const TIMEOUT_MS = 10_000;
const SECRET = 'a secret of my own';
const NO_NAMES = { resolve: () => Promise.reject(new Error('nobody asks for a name')) };

const aProbe = (body = Buffer.from('{"n":1}')): Probe => ({
  ...{ webhookId: 'evt_1', delivery: 'dlv_1', attempt: 1, timestamp: 1_767_225_600, eventType: 'webhook.test' },
  ...{ body, signedBody: body },
});

describe('a probe of a receiver on this machine', () => {
  let receiver: ScriptedReceiver;
  let ended: AbortController;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
    ended = new AbortController();
  });

  afterEach(async () => {
    ended.abort(new Error('the test is over'));
    await closeSenders();
    await receiver.close();
  });

  const open = (
    targetUrl: string,
    given: { headers?: string[]; allowedTargetCidrs?: string[]; egressProxyUrl?: string } = {},
  ) => {
    const { allowedTargetCidrs = ['127.0.0.0/8'], headers = [], egressProxyUrl } = given;
    const rules = { allowedTargetCidrs, allowedTargetHosts: [], allowedTargetPorts: [], requireHttps: false };
    const guard = new TargetGuard(rules, NO_NAMES);
    const probes = new ReceiverProbes(guard, NO_NAMES, new SystemClock(), { egressProxyUrl });
    return probes.open({ targetUrl, keys: [signingKey(SECRET)], headers }, ended.signal);
  };

  it('has the headers of a delivery in their order, and one more', async () => {
    const own = { 'X-Own': 'one', authorization: 'Bearer t0ken' };
    const delivery = aClaimedDelivery({ eventType: 'webhook.test' });
    const secrets = [{ box: secretBox.seal(SECRET, delivery.subscriptionId) }];
    const subscription = { ...delivery.subscription, targetUrl: receiver.url('/hook'), headers: own, secrets };
    await aSender().send({ ...delivery, subscription }, TIMEOUT_MS);

    await open(receiver.url('/hook'), { headers: Object.entries(own).flat() }).send(aProbe(), TIMEOUT_MS);

    const [delivered, probed] = receiver.requests.map(({ headers }) => Object.keys(headers));
    expect(probed!.filter((name) => name !== 'x-webhook-test')).toEqual(delivered);
    expect(probed).toHaveLength(delivered!.length + 1);
    expect(delivered).toContain('x-own');
    expect(receiver.requests[1]!.headers).toMatchObject({ 'x-webhook-test': 'check', 'x-own': 'one' });
    expect(receiver.requests[0]!.webhookId).toBe(toPublicId('evt', delivery.eventId));
  });

  it('marks itself only once, whatever own headers were stored before the mark was reserved', async () => {
    const headers = ['X-Webhook-Test', 'mine', 'x-webhook-test', 'too', 'X-Own', 'x-webhook-test'];

    await open(receiver.url(), { headers }).send(aProbe(), TIMEOUT_MS);

    expect(receiver.requests[0]!.headers).toMatchObject({ 'x-webhook-test': 'check', 'x-own': 'x-webhook-test' });
  });

  it.each([
    [
      410,
      'the receiver answered 410, which would disable the subscription if a delivery got it: answer 2xx, or delete the subscription',
    ],
    [429, 'the receiver answered 429: let the check through its rate limit, and run it again'],
    [413, 'the receiver answered 413: it must take larger bodies'],
  ])('says of a %d what it means for a probe', async (statusCode, message) => {
    receiver.script('/', respond(statusCode));

    expect((await open(receiver.url()).send(aProbe(), TIMEOUT_MS)).error).toEqual({ code: 'bad_status', message });
  });

  it('tells of the answer, and of the connection that it made', async () => {
    receiver.script('/', respond(202, { headers: { 'x-why': 'because' }, body: 'thank you' }));
    const line = open(receiver.url());

    const first = await line.send(aProbe(), TIMEOUT_MS);
    const second = await line.send(aProbe(), TIMEOUT_MS);

    expect(first).toMatchObject({
      ...{ statusCode: 202, error: null, redirect: null, responseBytes: 9, isResponseCut: false },
      responseHeaders: { 'x-why': 'because' },
      connection: { setUpMs: expect.any(Number) as number, tls: null },
    });
    expect(first.responseBody.toString()).toBe('thank you');
    expect(second).toMatchObject({ statusCode: 202, connection: null });
  });

  it('tells where a redirect points to, and follows it nowhere', async () => {
    receiver.script('/', redirect('/elsewhere?token=secret', 307));

    expect(await open(receiver.url()).send(aProbe(), TIMEOUT_MS)).toMatchObject({
      statusCode: 307,
      redirect: { to: receiver.url('/elsewhere') },
    });
    expect(receiver.requests).toHaveLength(1);
  });

  it('reads a body without end only to its limit', async () => {
    receiver.script('/', endlessBody());

    const answer = await open(receiver.url()).send(aProbe(), TIMEOUT_MS);

    expect(answer).toMatchObject({ statusCode: 200, error: null, isResponseCut: true });
    expect(answer.responseBytes).toBeGreaterThan(65_536);
    expect(answer.responseBody).toHaveLength(4096);
  });

  it.each<[string, () => void | Promise<void>, string]>([
    ['refuses connections', () => receiver.close(), 'connection_refused'],
    ['hangs', () => { receiver.script('/', hang()); }, 'timeout'], // prettier-ignore
  ])('is answered by an error if the receiver %s', async (_, prepare, code) => {
    const line = open(receiver.url());
    await prepare();

    const answer = await line.send(aProbe(), 300);

    expect(answer).toMatchObject({ statusCode: null, error: { code }, responseBytes: 0 });
  });

  it('ends with the reason of its signal', async () => {
    receiver.script('/', hang());
    const sent = open(receiver.url()).send(aProbe(), TIMEOUT_MS);
    await eventually(() => receiver.requests, { until: ({ length }) => length === 1 });

    const reason = new Error('the client has gone');
    ended.abort(reason);

    await expect(sent).rejects.toBe(reason);
    await eventually(() => receiver.requests[0]!.endedAt, { until: (endedAt) => endedAt !== null });
  });

  it('goes nowhere that the guard blocks', () => {
    expect(() => open('http://10.0.0.1/', { allowedTargetCidrs: [] })).toThrow(BlockedTarget);
  });

  it('goes through the egress proxy', async () => {
    const proxy = await ConnectProxy.start(Number(new URL(receiver.url()).port));
    try {
      const line = open('http://1.1.1.1/hook', { egressProxyUrl: proxy.url() });

      expect(await line.send(aProbe(), TIMEOUT_MS)).toMatchObject({ statusCode: 200 });
      expect(receiver.requests[0]!.headers['host']).toBe('1.1.1.1');
    } finally {
      await proxy.stop();
    }
  });
});
