import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Numbers {
  readonly accepted: number | null;
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly attempts: number;
  readonly success_rate: number | null;
  readonly attempt_ms: { readonly p50: number } | null;
  readonly delivery_ms: { readonly p50: number } | null;
  readonly waiting: number | null;
}
interface StatsAnswer {
  readonly data: readonly {
    readonly group: string | null;
    readonly totals: Numbers;
    readonly points: readonly (Numbers & { readonly at: string })[];
  }[];
  readonly totals: Numbers;
  readonly omitted_groups: number;
  readonly complete_since: string | null;
}

describe('statistics, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;
  let good: string;
  let bad: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { ...PATIENT, MAX_RETRIES: '2', SUMMING_INTERVAL: '0.3' });
    service = await startService({ entry: 'main', settings });
    api = new ApiClient(service.url);
    receiver.script('/bad', ...Array.from({ length: 10 }, () => respond(503)));
    good = (await api.createSubscription({ target_url: receiver.url('/good'), event_types: ['a', 'b'] })).id;
    bad = (await api.createSubscription({ target_url: receiver.url('/bad'), event_type: 'a' })).id;
    for (const type of ['a', 'b', 'b']) {
      const { task_id: task } = await api.publish(good, {}, { 'x-event-type': type });
      await api.untilFinal(task);
    }
    const { task_id: failed } = await api.publish(bad, {});
    await api.untilFinal(failed);
    // Nothing has been summed up before: a restart of the sums counts everything again.
    await eventually(() => database.query('select closed_until from stats_progress where closed_until is not null'), {
      until: (rows) => rows.length === 1,
    });
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const stats = (query = '') => api.expect<StatsAnswer>(200, 'GET', `/stats${query}`);
  const problem = async (query: string): Promise<ProblemAnswer> =>
    (await api.request('GET', `/stats${query}`)).body as ProblemAnswer;

  it('count what was accepted, what became of it, and the attempts, within seconds', async () => {
    const { data, totals } = await eventually(() => stats('?step=minute'), {
      until: (answer) => answer.totals.accepted === 4,
    });
    expect(totals).toMatchObject({
      accepted: 4,
      delivered: 3,
      failed: 1,
      cancelled: 0,
      attempts: 5,
      success_rate: 0.75,
    });
    expect(totals.attempt_ms!.p50).toBeGreaterThan(0);
    expect(totals.delivery_ms!.p50).toBeGreaterThan(0);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ group: null, totals });
    const points = data[0]!.points;
    expect(points.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(5);
    expect(points.every(({ at }) => at.endsWith(':00.000Z'))).toBe(true);
  });

  it('tell subscriptions, types and codes apart', async () => {
    const groups = async (groupBy: string) =>
      Object.fromEntries(
        (await stats(`?group_by=${groupBy}`)).data.map(({ group, totals }) => [String(group), totals]),
      );
    const bySubscription = await groups('subscription');
    expect(bySubscription[good]).toMatchObject({ accepted: 3, delivered: 3, failed: 0, attempts: 3, success_rate: 1 });
    expect(bySubscription[bad]).toMatchObject({ accepted: 1, delivered: 0, failed: 1, attempts: 2, success_rate: 0 });
    expect(await groups('event_type')).toMatchObject({
      a: { accepted: 2, attempts: 3 },
      b: { accepted: 2, waiting: null },
    });
    expect(await groups('status_code')).toMatchObject({ 200: { accepted: null, delivered: 3 }, 503: { failed: 1 } });
    expect(await groups('error_code')).toMatchObject({ null: { attempts: 3 }, bad_status: { failed: 1, attempts: 2 } });
    expect(await groups('tenant')).toMatchObject({ default: { accepted: 4, attempts: 5 } });
  });

  it('are limited to a subscription and a type', async () => {
    expect((await stats(`?subscription_id=${good}`)).totals).toMatchObject({ accepted: 3, attempts: 3 });
    expect((await stats('?event_type=a')).totals).toMatchObject({ accepted: 2, delivered: 1, failed: 1 });
    expect((await stats(`?subscription_id=${good}&event_type=a`)).totals).toMatchObject({ accepted: 1, failed: 0 });
    expect((await stats('?event_type=nobody.published')).totals).toMatchObject({ accepted: 0, success_rate: null });
  });

  it('stay the same when they are summed up', async () => {
    const before = await stats('?group_by=subscription');
    await eventually(
      () =>
        database.query<{ count: number }>(
          'select coalesce(sum(count), 0)::int as count from delivery_stats where kind = 1 and event_type is null',
        ),
      { until: ([row]) => row!.count === 5, timeoutMs: 90_000, intervalMs: 500 },
    );
    // That nothing earlier is left is found by a look of its own, after the one that sums up.
    const after = await eventually(() => stats('?group_by=subscription'), {
      until: ({ complete_since: since }) => since === null,
      timeoutMs: 90_000,
    });
    expect(after.data).toEqual(before.data);
    const { body } = await api.request('GET', '/ledger?verify=true');
    expect(body).toMatchObject({ sums_agree: true, totals: { accepted: 4, difference: 0 } });
  });

  it('show what waits', async () => {
    await api.request('PATCH', `/subscriptions/${bad}`, { body: { state: 'paused' } });
    await api.publish(bad, {});
    const { data } = await eventually(() => stats(`?step=minute&subscription_id=${bad}`), {
      until: ({ totals }) => totals.waiting === 1,
      timeoutMs: 90_000,
      intervalMs: 500,
    });
    expect(data[0]!.points.at(-1)).toMatchObject({ waiting: 1 });
    const since = data[0]!.points.at(-1)!.at;
    const waits = (await stats(`?step=minute&group_by=subscription&since=${since}`)).data.map(({ group }) => group);
    expect(waits).toContain(bad);
  });

  it('say what is known when something is not', async () => {
    expect(await problem('?group_by=colour')).toMatchObject({
      status: 422,
      errors: [{ pointer: 'group_by', detail: expect.stringContaining('event_type') as string }],
    });
    expect(await problem('?step=week')).toMatchObject({
      status: 422,
      errors: [{ pointer: 'step', detail: expect.stringContaining('minute, hour, day') as string }],
    });
    expect(await problem('?step=minute&since=2026-01-01')).toMatchObject({
      status: 422,
      errors: [{ pointer: 'step', detail: 'must be hour or day, because minutes are kept for two days' }],
    });
    expect(await problem('?subscription_id=42')).toMatchObject({ status: 400, code: 'malformed_id' });
  });

  it('compare tenants only for those who administer all of them', async () => {
    const { status, body } = await api.request('GET', '/stats?group_by=tenant', { headers: { 'x-tenant': 'default' } });
    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'needs_all_tenants' } });
  });
});
