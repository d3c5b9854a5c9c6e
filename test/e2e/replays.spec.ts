import type { ReplayAnswer, ReplayPreviewAnswer } from '../../src/replays/dto/replay-answer.js';
import {
  ApiClient,
  type ApiResponse,
  type CreatedSubscriptionAnswer,
  type DeliveryAnswer,
  type DeliveryWithAttemptsAnswer,
  type PageAnswer,
  type ProblemAnswer,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const MOST = 4;

describe('replays, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;
  let paths = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const given = { ...PATIENT, MAX_RETRIES: '1', MAX_REPLAY_EVENTS: `${MOST}`, MAX_REPLAY_RATE: '500' };
    service = await startService({ entry: 'main', settings: fastSettings(database, given) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const ownPath = (): string => `/hook-${(paths += 1)}`;
  const subscribe = (path: string, input: object = {}): Promise<CreatedSubscriptionAnswer> =>
    api.createSubscription({ target_url: receiver.url(path), event_type: 'order.created', ...input });
  const replay = (body: object): Promise<ReplayAnswer> => api.expect(202, 'POST', '/replays', { body });
  const preview = (body: object): Promise<ReplayPreviewAnswer> =>
    api.expect(200, 'POST', '/replays', { body: { ...body, dry_run: true } });
  const refused = async (body: object): Promise<ProblemAnswer> =>
    (await api.request('POST', '/replays', { body })).body as ProblemAnswer;
  const get = (id: string): Promise<ReplayAnswer> => api.expect(200, 'GET', `/replays/${id}`);
  const untilFinished = ({ id }: ReplayAnswer): Promise<ReplayAnswer> =>
    eventually(() => get(id), { until: ({ state }) => state === 'finished' });
  /** Publishes to one subscription whose receiver fails. @returns the failed deliveries, oldest first */
  const failures = async (subscription: string, count: number): Promise<DeliveryWithAttemptsAnswer[]> => {
    const failed: DeliveryWithAttemptsAnswer[] = [];
    for (let n = 0; n < count; n += 1) {
      const { task_id } = await api.publish(subscription, { n }, { 'x-event-type': 'order.created' });
      failed.push(await api.untilFinal(task_id));
    }
    expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 'failed'));
    return failed;
  };

  it('show in a dry run what they would send, and send nothing', async () => {
    const path = ownPath();
    const { id } = await subscribe(path);
    receiver.script(path, respond(503));
    const [first, second] = await failures(id, 2);

    const shown = await preview({ subscription_id: id });

    expect(shown).toMatchObject({ kind: 'failed', filters: { subscription_id: id }, matched: 2, rate: 100 });
    expect(shown.first).toMatchObject(
      [first!, second!].map((each) => ({
        delivery_id: each.id,
        event_id: each.event_id,
        event_type: 'order.created',
        subscription_id: id,
        status: 'failed',
        accepted_at: each.created_at,
      })),
    );
    expect(await api.request('GET', '/replays?subscription_id=' + id)).toMatchObject({ body: { data: [] } });
    expect(receiver.requestsTo(path)).toHaveLength(2);
  });

  it('deliver again what failed, with the same webhook-id, and count what came of it', async () => {
    const path = ownPath();
    const { id } = await subscribe(path);
    receiver.script(path, respond(503), respond(503), respond(503), respond(200), respond(404), respond(200));
    const failed = await failures(id, 3);

    const made = await replay({ subscription_id: id, rate: 50 });
    expect(made).toMatchObject({ state: 'running', matched: 3, rate: 50, created_by: null, finished_at: null });
    const finished = await untilFinished(made);

    expect(finished).toMatchObject({ sent: 3, skipped: 0, delivered: 2, failed: 1, cancelled: 0, progress: 1 });
    expect(finished.summary).toBe('3 were sent: 2 delivered, 1 failed.');
    const data = await api.list<DeliveryAnswer>(`/deliveries?replay_id=${made.id}`);
    expect(data.map(({ retry_of }) => retry_of)).toEqual(failed.map((each) => each.id).reverse());
    expect(data.map(({ replay_id }) => replay_id)).toEqual([made.id, made.id, made.id]);
    expect(receiver.requestsTo(path).slice(3).map(({ webhookId }) => webhookId).sort()).toEqual(
      failed.map(({ event_id }) => event_id).sort(),
    ); // prettier-ignore
    expect(await api.list(`/deliveries?replay_id=${made.id}&status=failed`)).toHaveLength(1);
    // Only the one that failed again is left.
    expect(await preview({ subscription_id: id })).toMatchObject({ matched: 1 });
    const ledger = await api.expect<{ totals: object }>(200, 'GET', '/ledger');
    expect(ledger.totals).toMatchObject({ difference: 0 });
  });

  it('send to a new subscription what was published before it existed', async () => {
    const since = new Date(Date.now() - 1000).toISOString();
    const { event_id: event } = await api.broadcast('invoice.sent', { n: 1 });
    const { id } = await subscribe(ownPath(), { event_type: 'invoice.*' });
    const body = { kind: 'missing', subscription_id: id, since };
    expect(await preview(body)).toMatchObject({
      matched: 1,
      first: [{ event_id: event, delivery_id: null, status: null }],
    });

    const finished = await untilFinished(await replay(body));

    expect(finished).toMatchObject({ kind: 'missing', sent: 1, delivered: 1 });
    const explained = await api.expect<{ data: object[] }>(200, 'GET', `/events/${event}/explain`);
    const own = explained.data.filter((each) => (each as { subscription_id: string }).subscription_id === id);
    expect(own).toMatchObject([{ reason: null, delivery: { status: 'delivered', retry_of: null } }]);
    expect(await preview(body)).toMatchObject({ matched: 0 });
  });

  it('wait for a paused subscription, can be paused, sped up and cancelled, and keep what they have sent', async () => {
    const path = ownPath();
    const { id } = await subscribe(path);
    receiver.script(path, respond(503), respond(503), respond(200));
    const failed = await failures(id, 2);
    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const { id: replayId } = await replay({ delivery_ids: failed.map((each) => each.id) });
    const held = await replay({ subscription_id: id });
    await eventually(() => get(held.id), { until: ({ summary }) => summary.includes('the subscription is paused') });
    // What was selected may belong to several subscriptions, so each of them holds its own.
    const sent = await eventually(() => get(replayId), { until: (now) => now.sent === 2 });
    expect(sent).toMatchObject({ kind: 'selected', state: 'running', delivered: 0 });

    const slow = await api.expect<ReplayAnswer>(200, 'PATCH', `/replays/${held.id}`, { body: { state: 'paused', rate: 2 } }); // prettier-ignore
    expect(slow).toMatchObject({ state: 'paused', rate: 2 });
    const cancelled = await api.expect<ReplayAnswer>(200, 'DELETE', `/replays/${held.id}`);
    expect(cancelled).toMatchObject({ state: 'cancelled', sent: 0, finished_at: expect.any(String) as string });
    expect(await api.expect(200, 'DELETE', `/replays/${held.id}`)).toMatchObject({ state: 'cancelled' });
    expect(await api.request('PATCH', `/replays/${held.id}`, { body: { state: 'running' } })).toMatchObject({
      status: 409,
      body: { code: 'replay_ended' },
    });

    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });
    expect(await untilFinished(sent)).toMatchObject({ sent: 2, delivered: 2 });
    const list = await api.expect<PageAnswer<ReplayAnswer>>(200, 'GET', `/replays?subscription_id=${id}`);
    expect(list.data.map((each) => each.id)).toEqual([held.id]);
    const page = await api.expect<PageAnswer<ReplayAnswer>>(200, 'GET', '/replays?state=finished&limit=1');
    expect(page).toMatchObject({ data: [{ id: replayId }], has_more: true });
    const next = await api.expect<PageAnswer<ReplayAnswer>>(200, 'GET', `/replays?state=finished&cursor=${page.next_cursor!}`); // prettier-ignore
    expect(next.data.map((each) => each.id)).not.toContain(replayId);
  });

  it('are refused with the number of what matches, if that is too much', async () => {
    const path = ownPath();
    const { id } = await subscribe(path);
    receiver.script(path, respond(503));
    await failures(id, MOST + 1);
    expect(await refused({ subscription_id: id })).toMatchObject({ status: 422, code: 'too_many_matches' });
    const { detail } = await refused({ subscription_id: id, dry_run: true });
    expect(detail).toContain(`matches ${MOST + 1}, of which one replay sends at most ${MOST} (MAX_REPLAY_EVENTS)`);
  });

  it('are refused to subscriptions that can get nothing, and say why', async () => {
    const path = ownPath();
    const gone = await subscribe(path);
    receiver.script(path, respond(410));
    await failures(gone.id, 1);
    await eventually(() => api.getSubscription(gone.id), { until: ({ state }) => state === 'disabled' });
    const deleted = await subscribe(ownPath());
    await api.expect(204, 'DELETE', `/subscriptions/${deleted.id}`);

    const toGone = await refused({ subscription_id: gone.id });
    expect(toGone).toMatchObject({ status: 409, code: 'subscription_disabled' });
    expect(toGone.detail).toContain('is disabled because its receiver answered 410');
    expect(await refused({ subscription_id: deleted.id })).toMatchObject({ status: 409, code: 'subscription_gone' });
    expect(await refused({ subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })).toMatchObject({
      status: 422,
      errors: [{ pointer: '/subscription_id' }],
    });
  });

  it('are refused while too many others have not sent everything', async () => {
    const path = ownPath();
    const { id } = await subscribe(path);
    receiver.script(path, respond(503));
    await failures(id, 1);
    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const waiting: ApiResponse[] = [];
    for (let n = 0; n < 6; n += 1)
      waiting.push(await api.request('POST', '/replays', { body: { subscription_id: id } }));

    expect(waiting.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 409]);
    expect(waiting.at(-1)!.body).toMatchObject({ code: 'too_many_replays' });
    for (const { status, body } of waiting) {
      if (status === 202) await api.expect(200, 'DELETE', `/replays/${(body as ReplayAnswer).id}`);
    }
    expect(await replay({ subscription_id: id })).toMatchObject({ matched: 1 });
  });
});
