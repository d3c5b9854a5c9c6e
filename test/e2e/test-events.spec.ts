import { createTenant } from '../support/access.js';
import {
  ApiClient,
  type AttemptAnswer,
  type CreatedSubscriptionAnswer,
  type ProblemAnswer,
  type PublishedAnswer,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { PATIENT } from '../support/fast-settings.js';
import { type OpenService, startOpenService } from '../support/open-service.js';
import { hang, respond } from '../support/scripted-receiver.js';
import { startService } from '../support/service-process.js';

interface TestAnswer extends PublishedAnswer {
  readonly status?: string;
  readonly attempt?: AttemptAnswer;
  readonly warnings?: readonly { readonly code: string; readonly pointer: string; readonly detail: string }[];
}

const codesOf = ({ warnings = [] }: TestAnswer): string[] => warnings.map(({ code }) => code);

/** Tests that one tenant may have waiting at once: half of what a process lets wait. */
const SHARE = 32;

describe('a test event, with real PostgreSQL and Redis', () => {
  let database: OpenService['database'];
  let receiver: OpenService['receiver'];
  let api: OpenService['api'];
  let stop: OpenService['stop'];
  let made = 0;

  beforeAll(async () => {
    ({ database, receiver, api, stop } = await startOpenService('main', PATIENT));
  });

  afterAll(() => stop());

  const subscribe = async (input: object = {}): Promise<CreatedSubscriptionAnswer & { path: string }> => {
    const path = `/test-${(made += 1)}`;
    return { ...(await api.createSubscription(aSubscription({ target_url: receiver.url(path), ...input }))), path };
  };
  const test = (id: string, body?: object): Promise<TestAnswer> =>
    api.expect<TestAnswer>(200, 'POST', `/subscriptions/${id}/test`, body && { body });

  it('is answered with its first attempt, and reaches a subscription whatever types it wants', async () => {
    const { id, path } = await subscribe();
    receiver.script(path, respond(201, { body: 'thank you' }));

    const answer = await test(id);

    const { task_id: taskId, event_id: eventId } = answer;
    const stored = await api.untilFinal(taskId);
    expect(answer).toEqual({
      event_id: eventId,
      task_id: taskId,
      status_url: `/status/${taskId}`,
      status: 'delivered',
      attempt: stored.attempts[0],
    });
    expect(answer.attempt).toMatchObject({ number: 1, status_code: 201, error: null, response_body: 'thank you' });
    expect(stored).toMatchObject({ status: 'delivered', event_type: 'webhook.test' });
    const [request] = receiver.requestsTo(path);
    expect(request!.headers).toMatchObject({ 'webhook-id': eventId, 'x-event-type': 'webhook.test' });
    expect(JSON.parse(request!.body.toString())).toMatchObject({ type: 'webhook.test', data: { subscription_id: id } });
  });

  it('carries a payload of its own byte for byte, under its own type', async () => {
    const { id, path } = await subscribe();
    const payload = '{ "n": 1.50, "big": 9007199254740993, "n": 2 }';

    const answer = await api.expect<TestAnswer>(200, 'POST', `/subscriptions/${id}/test`, {
      headers: { 'content-type': 'application/json' },
      body: `{"event_type":"order.created","payload": ${payload} }`,
    });

    expect(answer.warnings).toBeUndefined();
    const [request] = receiver.requestsTo(path);
    expect(request!.body.toString()).toBe(payload);
    expect(request!.headers).toMatchObject({ 'x-event-type': 'order.created', 'content-type': 'application/json' });
  });

  it('is sent with a type that the subscription does not want, with a warning', async () => {
    const { id, path } = await subscribe();

    const answer = await test(id, { event_type: 'user.created' });

    expect(answer.warnings).toMatchObject([{ code: 'type_not_wanted', pointer: '/event_type' }]);
    const [request] = receiver.requestsTo(path);
    expect(request!.headers['x-event-type']).toBe('user.created');
    expect(JSON.parse(request!.body.toString())).toMatchObject({ type: 'user.created' });
  });

  it('is answered with an attempt that failed, too', async () => {
    const { id, path } = await subscribe({ retry: { initial_interval: 60, max_interval: 60 } });
    receiver.script(path, respond(500, { body: 'out of order' }));

    expect(await test(id)).toMatchObject({
      status: 'retrying',
      attempt: { status_code: 500, error: { code: 'bad_status' }, response_body: 'out of order' },
    });
  });

  it('does not wait if told so', async () => {
    const { id, path } = await subscribe();
    receiver.script(path, hang());

    const answer = await api.expect<TestAnswer>(202, 'POST', `/subscriptions/${id}/test?wait=false`);

    expect(Object.keys(answer).sort()).toEqual(['event_id', 'status_url', 'task_id']);
    await eventually(() => receiver.requestsTo(path), { until: ({ length }) => length === 1 });
  });

  it('says at once that it waits for a paused subscription', async () => {
    const { id } = await subscribe({ state: 'paused' });

    const answer = await api.expect<TestAnswer>(202, 'POST', `/subscriptions/${id}/test`);

    expect(answer.warnings).toMatchObject([{ code: 'subscription_paused', pointer: 'id' }]);
    expect(await api.status(answer.task_id)).toMatchObject({ status: 'pending', attempt_count: 0 });
  });

  it('is answered as soon as it is cancelled', async () => {
    const { id, path } = await subscribe({ max_in_flight: 1 });
    receiver.script(path, hang());
    await api.publish(id, { n: 1 });
    await eventually(() => receiver.requestsTo(path), { until: ({ length }) => length === 1 });
    const answer = api.expect<TestAnswer>(202, 'POST', `/subscriptions/${id}/test`);
    const data = await eventually(() => api.deliveriesOf(id, { event_type: 'webhook.test' }), {
      until: ({ length }) => length === 1,
    });

    await api.expect(200, 'POST', `/deliveries/${data[0]!.id}/cancel`);

    expect(codesOf(await answer)).toEqual(['delivery_cancelled']);
    expect(await answer).toMatchObject({ status: 'cancelled' });
  });

  it('says that its receiver keeps the lane busy', async () => {
    const { id, path } = await subscribe({ max_in_flight: 1, timeout: 60 });
    let end: () => void = () => undefined;
    receiver.script(path, (response) => {
      end = () => response.end();
    });
    await api.publish(id, { n: 1 });
    await eventually(() => receiver.requestsTo(path), { until: ({ length }) => length === 1 });
    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { timeout: 2 } });

    const answer = await api.expect<TestAnswer>(202, 'POST', `/subscriptions/${id}/test`);

    expect(answer).toMatchObject({ status: 'pending', warnings: [{ code: 'lane_full', pointer: 'id' }] });
    expect(answer.warnings![0]!.detail).toContain(`run POST /subscriptions/${id}/check`);
    end();
  });

  it('is refused when the target is no longer allowed', async () => {
    const { id } = await subscribe({ target_url: 'https://1.1.1.1/no-longer' });
    await database.query(`update subscriptions set target_url = 'http://169.254.169.254/' where target_url = $1`, [
      'https://1.1.1.1/no-longer',
    ]);

    const answer = await api.request('POST', `/subscriptions/${id}/test`);

    expect(answer.status).toBe(422);
    expect((answer.body as ProblemAnswer).errors).toEqual([
      { pointer: '/target_url', detail: expect.stringContaining('link-local') as string },
    ]);
    expect(await api.deliveriesOf(id)).toEqual([]);
  });

  it.each([
    ['application/json', '{}'],
    ['application/json', ' { } \n'],
    ['application/json', ''],
    ['application/x-www-form-urlencoded', ''],
  ])('takes an empty body as none: %s, %j', async (type, body) => {
    const { id } = await subscribe();
    const headers = { 'content-type': type };

    expect(await api.request('POST', `/subscriptions/${id}/test`, { headers, body })).toMatchObject({ status: 200 });
  });

  it('names every mistake in its body, and sends nothing', async () => {
    const { id } = await subscribe();

    const answer = await api.request('POST', `/subscriptions/${id}/test`, { body: { order: 42, event_type: '*' } });

    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/order' }, { pointer: '/event_type' }] },
    });
    expect(await api.deliveriesOf(id)).toEqual([]);
  });
});

describe('a test event of an API process apart, with real PostgreSQL and Redis', () => {
  let receiver: OpenService['receiver'];
  let service: OpenService['service'];
  let api: OpenService['api'];
  let settings: OpenService['settings'];
  let stop: OpenService['stop'];

  beforeAll(async () => {
    ({ receiver, service, api, settings, stop } = await startOpenService('main.api'));
  });

  afterAll(() => stop());

  const subscribe = (client: ApiClient, timeout: number): Promise<CreatedSubscriptionAnswer> =>
    client.createSubscription(aSubscription({ target_url: receiver.url('/'), timeout }));
  /** Starts a test that waits. */
  const begin = (id: string, url = service.url) => {
    const client = new AbortController();
    const answer = fetch(`${url}/subscriptions/${id}/test`, { method: 'POST', signal: client.signal });
    answer.catch(() => undefined);
    return { answer, leave: () => { client.abort(); } }; // prettier-ignore
  };
  const untilPublished = (id: string, count: number): Promise<unknown> =>
    eventually(() => api.deliveriesOf(id), { until: ({ length }) => length === count });

  it('is answered with the attempt that a worker makes', async () => {
    const worker = await startService({ entry: 'main.worker', settings });
    try {
      const { id } = await subscribe(api, 10);

      expect(await api.expect<TestAnswer>(200, 'POST', `/subscriptions/${id}/test`)).toMatchObject({
        status: 'delivered',
        attempt: { number: 1, status_code: 200 },
      });
    } finally {
      await worker.stop();
    }
  });

  it('says that no worker took it', async () => {
    const { id } = await subscribe(api, 0.1);

    const answer = await api.expect<TestAnswer>(202, 'POST', `/subscriptions/${id}/test`);

    expect(answer).toMatchObject({ status: 'pending', warnings: [{ code: 'no_worker', pointer: 'id' }] });
  });

  it('keeps no other tenant from waiting, and waits no longer once its client is gone', async () => {
    await createTenant(api, 'other');
    const other = new ApiClient(service.url, { headers: { 'x-tenant': 'other' } });
    const { id: slow } = await subscribe(api, 100);
    const { id } = await subscribe(api, 0.1);
    const { id: ofOther } = await subscribe(other, 0.1);
    const waiting = Array.from({ length: SHARE }, () => begin(slow));
    await untilPublished(slow, SHARE);
    const send = (client: ApiClient, to: string) =>
      client.expect<TestAnswer>(202, 'POST', `/subscriptions/${to}/test`).then(codesOf);

    expect(await eventually(() => send(api, id), { until: ([code]) => code !== 'no_worker' })).toEqual(['not_waited']);
    expect(await send(other, ofOther)).toEqual(['no_worker']);

    for (const each of waiting) each.leave();
    expect(await eventually(() => send(api, id), { until: ([code]) => code !== 'not_waited' })).toEqual(['no_worker']);
  });

  it('is answered when its process shuts down, which does not wait for it', async () => {
    const another = await startService({ entry: 'main.api', settings });
    const { id } = await subscribe(api, 100);
    const { answer } = begin(id, another.url);
    await untilPublished(id, 1);

    another.signal('SIGTERM');

    const response = await answer;
    expect(response.status).toBe(202);
    expect(codesOf((await response.json()) as TestAnswer)).toEqual(['not_waited']);
    expect(await another.exited).toBe(0);
  });
});
