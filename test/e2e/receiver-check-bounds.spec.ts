import { createTenant } from '../support/access.js';
import type { CreatedSubscriptionAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { type OpenService, startOpenService } from '../support/open-service.js';
import { hang, respond } from '../support/scripted-receiver.js';
import { startService } from '../support/service-process.js';

/** Longer than any test. */
const PATIENT_SECONDS = 50;
/** Checks that one tenant may run at once: half of what a process runs. */
const SHARE = 8;

describe('a check of a receiver that takes long, by an API process on real PostgreSQL and Redis', () => {
  let receiver: OpenService['receiver'];
  let service: OpenService['service'];
  let api: OpenService['api'];
  let settings: OpenService['settings'];
  let stop: OpenService['stop'];
  let made = 0;

  beforeAll(async () => {
    ({ receiver, service, api, settings, stop } = await startOpenService('main.api'));
  });

  afterAll(() => stop());

  /** A subscription whose receiver hangs. */
  const subscribe = async (): Promise<CreatedSubscriptionAnswer & { path: string }> => {
    const path = `/hook-${(made += 1)}`;
    receiver.script(path, hang());
    const input = aSubscription({ target_url: receiver.url(path), timeout: PATIENT_SECONDS });
    return { ...(await api.createSubscription(input)), path };
  };
  /** Starts a check that its receiver holds up. */
  const begin = (id: string, url = service.url) => {
    const client = new AbortController();
    const answer = fetch(`${url}/subscriptions/${id}/check`, { method: 'POST', signal: client.signal });
    answer.catch(() => undefined);
    return { answer, leave: () => { client.abort(); } }; // prettier-ignore
  };
  const untilAsked = (path: string, count: number): Promise<unknown> =>
    eventually(() => receiver.requestsTo(path), { until: ({ length }) => length === count });

  it('runs once at a time for a subscription, and ends when its client goes away', async () => {
    const { id, path } = await subscribe();
    const first = begin(id);
    await untilAsked(path, 1);

    const second = await api.request('POST', `/subscriptions/${id}/check`);
    expect(second).toMatchObject({ status: 409, body: { code: 'check_running' } });

    first.leave();
    // The receiver sees the end of the request.
    await eventually(() => receiver.requestsTo(path)[0]!.endedAt, { until: (endedAt) => endedAt !== null });
    receiver.script(path, respond(200));
    const third = await eventually(() => api.request('POST', `/subscriptions/${id}/check`), {
      until: ({ status }) => status !== 409,
    });
    expect(third.status).toBe(200);
  });

  it('leaves room for other tenants, however many receivers one tenant has checked', async () => {
    await createTenant(api, 'other');
    const all = await Promise.all(Array.from({ length: SHARE + 1 }, () => subscribe()));
    const running = all.slice(0, SHARE).map(({ id }) => begin(id));
    await Promise.all(all.slice(0, SHARE).map(({ path }) => untilAsked(path, 1)));

    const refused = await api.request('POST', `/subscriptions/${all[SHARE]!.id}/check`);
    const headers = { 'x-tenant': 'other' };
    receiver.script('/of-other', respond(200));
    const { body } = await api.request('POST', '/subscriptions', {
      body: aSubscription({ target_url: receiver.url('/of-other') }),
      headers,
    });
    const { id } = body as CreatedSubscriptionAnswer;
    const ofOther = await api.request('POST', `/subscriptions/${id}/check`, { headers });

    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(ofOther.status).toBe(200);
    for (const each of running) each.leave();
  });

  it('ends with 503 when its process shuts down', async () => {
    const another = await startService({ entry: 'main.api', settings });
    const { id, path } = await subscribe();
    const { answer } = begin(id, another.url);
    await untilAsked(path, 1);

    another.signal('SIGTERM');

    expect((await answer).status).toBe(503);
    expect(await another.exited).toBe(0);
  });
});
