import { Client } from 'pg';
import type { BroadcastAnswer } from '../support/api-client.js';
import { cachedBytes } from '../support/cached-bytes.js';
import { eventually } from '../support/eventually.js';
import { PATIENT } from '../support/fast-settings.js';
import { metricOf } from '../support/metric-of.js';
import { arrivedAt, MOST_DELIVERIES, WideTenant } from '../support/wide-tenant.js';

const WIDE = 1000;
/** Written in several pieces. */
const WIDER = 20_000;
/** Makes another transaction that writes this key wait. */
const HOLD_KEY = `insert into idempotency_keys (tenant_id, key, fingerprint, event_id, delivery_count, expires_at)
  values ('wide', 'held', '', gen_random_uuid(), 0, now() + interval '1 hour')`;
const WAITING = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const TYPES = 30;
const MB = 1_048_576;

/** test/long/wide-events.spec.ts covers the widest event of all, and its cost to others. */
describe('a tenant with very many subscriptions to one event, beside another tenant', () => {
  let tenants: WideTenant;

  beforeAll(async () => {
    // The due scan replaces a lost wake-up only after a minute.
    tenants = await WideTenant.start({ ...PATIENT, VISIBILITY_TIMEOUT: '60' });
  });

  afterAll(() => tenants.stop());

  it('gets all of its deliveries delivered, by wake-ups', async () => {
    await tenants.deliverDuring(async (receiver, worker) => {
      await tenants.subscribe(WIDE, receiver.url('/'));
      const { status, body } = await tenants.publish('delivered');
      expect(status).toBe(202);
      const { event_id: eventId, deliveries } = body as BroadcastAnswer;
      expect(deliveries).toBe(WIDE);

      await eventually(() => arrivedAt(receiver, eventId), { until: (count) => count === WIDE, timeoutMs: 120_000 });

      // On a busy machine, adding a wake-up may take longer than the API waits. It reports each of those.
      const reportedLost = await metricOf(tenants.service, 'webhook_wake_ups_lost_total');
      expect(await metricOf(worker, 'webhook_due_scan_deliveries_total')).toBeLessThanOrEqual(reportedLost);
    });
  });

  it('does not delay the events of the other', async () => {
    await tenants.subscribe(WIDER - WIDE);
    const holder = new Client({ connectionString: tenants.database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query(HOLD_KEY);

    const accepted = tenants.publish('everything', 'held');
    // Its deliveries are written. The last statement waits for the key, so the event goes on until the rollback.
    await eventually(() => tenants.database.query(WAITING), { until: ({ length }) => length > 0 });
    for (let n = 0; n < 3; n += 1) await tenants.publishNarrow();
    await holder.query('rollback');
    await holder.end();

    expect(await accepted).toMatchObject({ status: 202, body: { deliveries: WIDER } });
  });

  it('is refused an event with too many deliveries, however many types it tries, and fills no memory', async () => {
    await tenants.subscribe(MOST_DELIVERIES + 1 - WIDER);
    // Earlier look-ups are cached for some seconds.
    await eventually(() => tenants.publish('everything'), { until: ({ status }) => status === 422 });

    const types = Array.from({ length: TYPES }, (_, n) => `type.${n}`).values();
    const statuses = new Set<number>();
    const publisher = async (): Promise<void> => {
      for (const type of types) statuses.add((await tenants.publish(type)).status);
    };
    await Promise.all(Array.from({ length: 20 }, publisher));

    // Some may be refused because too many look-ups run at once.
    expect([...statuses].filter((status) => status !== 503)).toEqual([422]);
    expect(tenants.service.hasEnded).toBe(false);
    expect(await cachedBytes(tenants.redis)).toBeLessThan(4 * MB);
    await tenants.publishNarrow();
  });
});
