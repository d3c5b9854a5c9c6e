import { deliveryUuid, newEventUuid, newUuid, type Uuid } from '../../src/shared/ids/uuid.js';
import type { DeliveryStatus } from '../../src/delivery/domain/delivery-state.js';
import type { TestDatabase } from './test-database.js';

/** A delivery as the API would show it. */
export interface PastDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly status: DeliveryStatus;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
}

export interface PastEvent {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly idempotencyKey: string | null;
  readonly deliveries: readonly PastDelivery[];
}

type Outcome = Omit<PastDelivery, 'id' | 'subscriptionId'>;

export function aPastEvent(
  given: Partial<Omit<PastEvent, 'id' | 'deliveries'>> & {
    readonly atMs?: number;
    readonly deliveries?: readonly (Partial<Outcome> & Pick<PastDelivery, 'subscriptionId'>)[];
  } = {},
): PastEvent {
  const { atMs = Date.now(), deliveries = [], ...own } = given;
  const id = newEventUuid(atMs);
  return {
    ...{ tenantId: 'default', type: 'order.created', tags: [], idempotencyKey: null },
    ...own,
    id,
    deliveries: deliveries.map((each, n) => ({
      id: deliveryUuid(id, n + 1),
      ...{ status: 'delivered', statusCode: 200, errorCode: null },
      ...each,
    })),
  };
}

const OPEN_STATES: Partial<Record<DeliveryStatus, readonly [state: number, attempts: number]>> = {
  pending: [0, 0],
  retrying: [0, 1],
  in_flight: [1, 2],
};
const FINAL_STATES: Partial<Record<DeliveryStatus, number>> = { delivered: 2, failed: 3, cancelled: 4 };

/** Stores subscriptions and the past. The partitions of its days must exist. */
export class Past {
  constructor(private readonly database: TestDatabase) {}

  async subscription(tenantId: string, targetUrl: string, id = newUuid(Date.now())): Promise<Uuid> {
    await this.database.query(
      `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, created_at, updated_at)
       values ($1, $2, $3, '{*}', '[]', now(), now())`,
      [id, tenantId, targetUrl],
    );
    return id;
  }

  async store(events: readonly PastEvent[]): Promise<void> {
    const rows = { events: [] as object[], tags: [] as object[], open: [] as object[], finished: [] as object[], attempts: [] as object[] }; // prettier-ignore
    for (const { id, tenantId, type, tags, idempotencyKey, deliveries } of events) {
      const key = idempotencyKey;
      rows.events.push({ id, tenant_id: tenantId, event_type: type, content_type: 'text/plain', payload: '\\x7b7d', delivery_count: deliveries.length, idempotency_key: key, tags: tags.length > 0 ? tags : null }); // prettier-ignore
      rows.tags.push(...tags.map((tag) => ({ tenant_id: tenantId, tag, event_id: id })));
      for (const { id: deliveryId, subscriptionId, status, statusCode, errorCode } of deliveries) {
        const own = { id: deliveryId, event_id: id, subscription_id: subscriptionId, tenant_id: tenantId };
        const [state, attempts] = OPEN_STATES[status] ?? [];
        if (state === undefined || attempts === undefined) {
          rows.finished.push({ ...own, state: FINAL_STATES[status], attempt_count: 1, last_status_code: statusCode, last_error_code: errorCode, finished_at: 'now' }); // prettier-ignore
          continue;
        }
        rows.open.push({ ...own, state, attempt_count: attempts, abandoned_count: 0, next_attempt_at: 'infinity' });
        if (attempts > 0) {
          rows.attempts.push({ delivery_id: deliveryId, number: 1, tenant_id: tenantId, started_at: 'now', status_code: statusCode, error_code: errorCode, is_late: false }); // prettier-ignore
        }
      }
    }
    await this.insert('events', rows.events);
    await this.insert('event_tags', rows.tags);
    await this.insert('open_deliveries', rows.open);
    await this.insert('deliveries', rows.finished);
    await this.insert('attempts', rows.attempts);
  }

  private async insert(table: string, rows: readonly object[]): Promise<void> {
    await this.database.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
      JSON.stringify(rows),
    ]);
  }
}
