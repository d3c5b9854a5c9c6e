import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import { deliveryUuid, newEventUuid, newUuid, type Uuid } from '../../src/shared/ids/uuid.js';
import type { TestDatabase } from './test-database.js';

export const SUBSCRIPTION = { active: 0, paused: 1, disabled: 2, deleted: 3 } as const;

interface SubscriptionGiven {
  readonly state?: number;
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Times are in seconds relative to PostgreSQL's now. */
interface DeliveryGiven {
  readonly subscriptionId: Uuid;
  readonly atMs?: number;
  readonly payload?: Buffer;
  readonly tags?: readonly string[];
  readonly state?: number;
  readonly attemptCount?: number;
  readonly abandonedCount?: number;
  readonly dueIn?: number;
  readonly leaseIn?: number;
  readonly parkedIn?: number;
}

/** A row of `open_deliveries`. Times are in seconds from now; null means none or infinity. */
interface OpenRow {
  readonly state: number;
  readonly attempt_count: number;
  readonly abandoned_count: number;
  readonly due_in: number | null;
  readonly lease_in: number | null;
  readonly is_parked: boolean;
}

interface FinishedRow {
  readonly state: number;
  readonly attempt_count: number;
  readonly last_status_code: number | null;
  readonly last_error_code: string | null;
}

interface AttemptRow {
  readonly number: number;
  readonly status_code: number | null;
  readonly error_code: string | null;
  readonly is_late: boolean;
  readonly response_body: Buffer | null;
}

/** Inserts rows in the state that a test needs, and reads them back. The schema must exist. */
export class StoredRows {
  constructor(private readonly database: TestDatabase) {}

  async subscription({ state = SUBSCRIPTION.active, timeoutMs, headers = {} }: SubscriptionGiven = {}): Promise<Uuid> {
    const id = newUuid(Date.now());
    await this.database.query(
      `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, state, headers, timeout_ms, created_at,
         updated_at)
       values ($1, 'default', 'https://1.1.1.1/hook', '{order.created}', '[{"box": "sealed"}]', $2, $3, $4, now(), now())`,
      [id, state, headers, timeoutMs],
    );
    return id;
  }

  async setSubscriptionState(id: Uuid, state: number): Promise<void> {
    await this.database.query('update subscriptions set state = $2 where id = $1', [id, state]);
  }

  /** Adds an event with one delivery. By default it is pending, without attempts, and due in half a minute. */
  async delivery(given: DeliveryGiven): Promise<WakeUp> {
    const [wakeUp] = await this.deliveries(1, given);
    return wakeUp!;
  }

  /** Adds events with one delivery each, oldest first. */
  async deliveries(count: number, given: DeliveryGiven): Promise<WakeUp[]> {
    const { subscriptionId, state = 0, attemptCount = 0, abandonedCount = 0, leaseIn, parkedIn } = given;
    const eventIds = Array.from({ length: count }, () => newEventUuid(given.atMs ?? Date.now())).sort();
    const ids = eventIds.map((eventId) => deliveryUuid(eventId, 1));
    await this.database.query(
      `insert into events (id, tenant_id, event_type, content_type, payload, tags, delivery_count)
       select id, 'default', 'order.created', 'application/json', $2, $3, 1 from unnest($1::uuid[]) id`,
      [eventIds, given.payload ?? Buffer.from('{}'), given.tags ?? null],
    );
    await this.database.query(
      `insert into open_deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, abandoned_count,
         next_attempt_at, lease_until, parked_at)
       select id, event_id, $3, 'default', $4, $5, $6,
         case when $9::float8 is null then now() + $7::float8 * interval '1 second' else 'infinity' end,
         now() + $8::float8 * interval '1 second', now() + $9::float8 * interval '1 second'
       from unnest($1::uuid[], $2::uuid[]) d(id, event_id)`,
      [ids, eventIds, subscriptionId, state, attemptCount, abandonedCount, given.dueIn ?? 30, leaseIn, parkedIn],
    );
    return ids.map((id) => ({ id, subscriptionId, attemptCount, tenantId: 'default' }));
  }

  /** Undefined if the delivery is not open. */
  async open(id: Uuid): Promise<OpenRow | undefined> {
    const rows = await this.database.query<OpenRow>(
      `select state, attempt_count, abandoned_count, parked_at is not null as is_parked,
         case when isfinite(next_attempt_at) then extract(epoch from next_attempt_at - now())::float8 end as due_in,
         extract(epoch from lease_until - now())::float8 as lease_in
       from open_deliveries where id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Undefined if the delivery is not in the history. */
  async finished(id: Uuid): Promise<FinishedRow | undefined> {
    const rows = await this.database.query<FinishedRow>(
      'select state, attempt_count, last_status_code, last_error_code from deliveries where id = $1',
      [id],
    );
    return rows[0];
  }

  attempts(id: Uuid): Promise<AttemptRow[]> {
    return this.database.query<AttemptRow>(
      `select number, status_code, error_code, is_late, response_body from attempts where delivery_id = $1
       order by number`,
      [id],
    );
  }

  /** Removes all rows between tests. */
  async clear(): Promise<void> {
    await this.database.query(
      `truncate open_deliveries, deliveries, attempts, events, event_tags, delivery_repeats, idempotency_keys, subscriptions,
         replays, replayed_deliveries, delivery_stats, ledger_hours, waiting_samples, announcements, announced_minutes,
         failing_subscriptions, subscription_hours, busy_lanes`,
    );
    await this.database.query(
      `update stats_progress set started_at = null, closed_until = null, fence_at = null, fence_xid = null,
         summed_from_hour = null, sampled_at = null, folded_until = null, kept_from = null`,
    );
    await this.database.query(
      `update vitals_progress set reviewed_until = null, watched_at = null, watched_seconds = 0, doubt_seconds = null`,
    );
  }
}
