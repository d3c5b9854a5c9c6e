import { jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiClient,
  type CreatedSubscriptionAnswer,
  type ProblemAnswer,
  type SubscriptionInput,
} from '../support/api-client.js';
import { expired } from '../support/expired-certificate.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import {
  type Behaviour,
  hang,
  type ReceivedRequest,
  redirect,
  respond,
  ScriptedReceiver,
  slowHeaders,
} from '../support/scripted-receiver.js';
import { selfSigned } from '../support/self-signed.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface CheckReport {
  readonly verdict: string;
  readonly summary: string;
  readonly checks: readonly {
    readonly name: string;
    readonly result: string;
    readonly sentence: string;
    readonly evidence: Readonly<Record<string, unknown>>;
  }[];
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

describe('the check of a receiver, by an API process on real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;
  let directory: string;
  let made = 0;
  const servers: Server[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    directory = mkdtempSync(join(tmpdir(), 'certificates-'));
    const authorities = join(directory, 'authorities.pem');
    writeFileSync(authorities, `${selfSigned.cert}\n${expired.cert}\n`);
    const settings = fastSettings(database, { WEBHOOK_TIMEOUT: '10', NODE_EXTRA_CA_CERTS: authorities });
    service = await startService({ entry: 'main.api', settings });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    for (const server of servers) server.close();
    rmSync(directory, { recursive: true });
    await database.drop();
  });

  const subscribe = async (
    behaviour: Behaviour | null,
    input: SubscriptionInput = {},
  ): Promise<CreatedSubscriptionAnswer & { path: string }> => {
    const path = `/hook-${(made += 1)}`;
    if (behaviour !== null) receiver.script(path, behaviour);
    const created = await api.createSubscription(aSubscription({ target_url: receiver.url(path), ...input }));
    return { ...created, path };
  };
  const check = (id: string, client = api): Promise<CheckReport> =>
    client.expect<CheckReport>(200, 'POST', `/subscriptions/${id}/check`);
  const resultsOf = ({ checks }: CheckReport): Record<string, string> =>
    Object.fromEntries(checks.map(({ name, result }) => [name, result]));
  const sentenceOf = ({ checks }: CheckReport, name: string): string | undefined =>
    checks.find((each) => each.name === name)?.sentence;

  /** Answers as a receiver with the `standardwebhooks` package does. */
  const verifying =
    (secretOf: () => string): Behaviour =>
    (response, request) => {
      try {
        verifyWebhook(secretOf(), request);
        respond(200, { body: 'thank you' })(response, request);
      } catch {
        respond(401)(response, request);
      }
    };

  const ALL_OK = {
    good_signature: 'ok',
    tampered_body: 'ok',
    old_timestamp: 'ok',
    same_id_twice: 'ok',
    redirects: 'ok',
    latency: 'ok',
    response_size: 'ok',
  };

  it('finds nothing wrong with one that verifies, but for plain HTTP', async () => {
    let secret = '';
    const own = { headers: { 'X-Own': 'mine' } };
    const subscription = await subscribe(
      verifying(() => secret),
      own,
    );
    secret = subscription.secret;

    const report = await check(subscription.id);

    expect(resultsOf(report)).toEqual({ ...ALL_OK, tls: 'warning' });
    expect(report).toMatchObject({
      verdict: 'warning',
      summary: 'Deliveries arrive, but 1 check has a warning (tls).',
    });
    expect(report.requests.map(({ purpose, status_code: status }) => [purpose, status])).toEqual([
      ['good', 200],
      ['repeat', 200],
      ['tampered', 401],
      ['old', 401],
      ['good', 200],
      ['good', 200],
      ['good', 200],
    ]);
    expect(report.requests[0]).toMatchObject({ number: 1, response_body: 'thank you', error: null });
  });

  it('sends what deliveries send, marked, and keeps nothing but an entry in the audit log', async () => {
    const { id, path } = await subscribe(respond(200), {
      headers: { 'X-Own': 'mine' },
      ...({ auth: { type: 'bearer', token: 't0ken' } } as object),
    });

    const report = await check(id);

    const requests: ReceivedRequest[] = receiver.requestsTo(path);
    expect(requests).toHaveLength(7);
    for (const { headers } of requests) {
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-id': expect.stringMatching(/^evt_/) as string,
        'x-webhook-delivery': expect.stringMatching(/^dlv_/) as string,
        'x-event-type': 'webhook.test',
        'x-webhook-test': 'check',
        'x-own': 'mine',
        authorization: 'Bearer t0ken',
        'user-agent': expect.stringMatching(/^webhook-delivery-service\//) as string,
      });
    }
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(report.requests.map((each) => each['webhook_id'])); // prettier-ignore
    expect(JSON.parse(requests[0]!.body.toString())).toMatchObject({
      type: 'webhook.test',
      data: { subscription_id: id },
    });
    for (const table of ['events', 'deliveries', 'open_deliveries', 'attempts']) {
      expect(await database.query(`select 1 from ${table}`)).toEqual([]);
    }
    const { data } = await api.expect<{ data: readonly object[] }>(200, 'GET', `/audit?target=${id}`);
    expect(data).toMatchObject([{ action: 'subscription.checked', changed: [] }, { action: 'subscription.created' }]);
  });

  it('finds one out that accepts everything', async () => {
    const report = await check((await subscribe(respond(200))).id);

    expect(resultsOf(report)).toEqual({ ...ALL_OK, tampered_body: 'failed', old_timestamp: 'failed', tls: 'warning' });
    expect(sentenceOf(report, 'tampered_body')).toContain('it does not verify signatures');
    expect(report.verdict).toBe('failed');
  });

  it('says where one that redirects points to, and follows it nowhere', async () => {
    const elsewhere = receiver.url('/elsewhere');
    const report = await check((await subscribe(redirect(elsewhere, 301))).id);

    expect(resultsOf(report)).toMatchObject({
      good_signature: 'failed',
      redirects: 'failed',
      tampered_body: 'skipped',
    });
    expect(sentenceOf(report, 'redirects')).toContain(`set target_url to ${elsewhere}.`);
    expect(report.requests).toHaveLength(1);
    expect(receiver.requestsTo('/elsewhere')).toEqual([]);
  });

  it('asks one that hangs only once', async () => {
    const { id, path } = await subscribe(hang(), { timeout: 1 });

    const report = await check(id);

    expect(report).toMatchObject({
      verdict: 'failed',
      summary:
        'Deliveries fail. The receiver sent no complete response within 1 s; it should answer first and work later.',
    });
    expect(resultsOf(report)).toMatchObject({ good_signature: 'failed', latency: 'failed', same_id_twice: 'skipped' });
    expect(receiver.requestsTo(path)).toHaveLength(1);
  });

  it('warns of one that needs more than a third of its timeout', async () => {
    const { id, path } = await subscribe(null, { timeout: 2 });
    const slow = slowHeaders(700);
    const fast = respond(200);
    receiver.script(path, slow, fast, fast, fast, slow);

    const report = await check(id);

    expect(resultsOf(report)).toMatchObject({ good_signature: 'ok', latency: 'warning' });
    expect(sentenceOf(report, 'latency')).toContain('more than a third of the timeout of 2 s');
  });

  it('explains to one that refuses repeated ids with 409 why that is wrong', async () => {
    const seen = new Set<string>();
    const { id } = await subscribe((response, request) => {
      respond(seen.has(request.webhookId!) ? 409 : 200)(response, request);
      seen.add(request.webhookId!);
    });

    const report = await check(id);

    expect(resultsOf(report)).toMatchObject({ good_signature: 'ok', same_id_twice: 'failed' });
    expect(sentenceOf(report, 'same_id_twice')).toContain('The receiver answered 409 to a webhook-id that it had seen');
  });

  async function secure(certificate: { key: string; cert: string }, secretOf: () => string): Promise<string> {
    const behave = verifying(secretOf);
    const server = createServer(certificate, (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const headers = incoming.headers as Record<string, string>;
        behave(response, { headers, body: Buffer.concat(chunks) } as ReceivedRequest);
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('reads how long the certificate of one with TLS lasts', async () => {
    let secret = '';
    const target = await secure(selfSigned, () => secret);
    const subscription = await subscribe(null, { target_url: target });
    secret = subscription.secret;

    const report = await check(subscription.id);

    expect(report).toMatchObject({
      verdict: 'ok',
      summary: 'Deliveries arrive, and nothing is wrong with the receiver.',
    });
    expect(report.checks.find(({ name }) => name === 'tls')).toMatchObject({
      result: 'ok',
      sentence: 'The connection uses TLSv1.3, and the certificate is valid until 30 October 2126.',
      evidence: { tls_protocol: 'TLSv1.3', certificate_expires_at: '2126-10-30T03:54:21.000Z' },
    });
    // One connection carries all requests, and its set-up counts apart.
    expect(report.requests.filter((each) => each['set_up_ms'] !== null)).toHaveLength(1);
  });

  it('reads when the certificate of one expired, and sends it nothing', async () => {
    const asked = jest.fn(() => '');
    const target = await secure(expired, asked);

    const report = await check((await subscribe(null, { target_url: target })).id);

    expect(resultsOf(report)).toMatchObject({ good_signature: 'failed', tls: 'failed', redirects: 'skipped' });
    expect(report.checks.find(({ name }) => name === 'tls')).toMatchObject({
      sentence: "The receiver's certificate expired on 2 January 2020: renew it.",
      evidence: { certificate_expires_at: '2020-01-02T00:00:00.000Z' },
    });
    expect(asked).not.toHaveBeenCalled();
  });

  it('works where it is needed: on paused and disabled subscriptions', async () => {
    const { id } = await subscribe(respond(200), { state: 'paused' });
    expect((await check(id)).summary).toContain('The subscription is paused');

    await database.query(`update subscriptions set state = 2, disabled_reason = 'gone' where state = 1`);

    const report = await check(id);
    expect(report.summary).toContain('The subscription is disabled');
    expect(resultsOf(report)['good_signature']).toBe('ok');
  });

  it('is refused for a target that the guard blocks, and for a subscription that is deleted', async () => {
    const { id } = await subscribe(null, { target_url: 'https://1.1.1.1/blocked' });
    await database.query(`update subscriptions set target_url = 'http://169.254.169.254/' where target_url = $1`, [
      'https://1.1.1.1/blocked',
    ]);

    const answer = await api.request('POST', `/subscriptions/${id}/check`);

    expect(answer.status).toBe(422);
    expect((answer.body as ProblemAnswer).errors).toEqual([
      { pointer: '/target_url', detail: expect.stringContaining('link-local') as string },
    ]);
    await api.expect(204, 'DELETE', `/subscriptions/${id}`);
    expect(await api.request('POST', `/subscriptions/${id}/check`)).toMatchObject({ status: 404 });
    const { data } = await api.expect<{ data: readonly { action: string }[] }>(200, 'GET', `/audit?target=${id}`);
    expect(data.map(({ action }) => action)).toEqual(['subscription.deleted', 'subscription.created']);
  });
});
