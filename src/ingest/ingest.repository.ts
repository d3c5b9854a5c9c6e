import { Injectable } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { HotPath } from '../shared/database/hot-path.js';
import type { BoundStatement } from '../shared/database/statement.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { NewDelivery, NewEvent } from './domain/new-event.js';
import { ACCEPT } from './statements/accept.js';
import { FIND_REQUEST } from './statements/find-request.js';
import { FORGET_EXPIRED_KEYS } from './statements/forget-expired-keys.js';

/** How long a publisher can repeat a request under its key. */
const IDEMPOTENCY_SECONDS = 86_400;

/** What a request with an Idempotency-Key led to. */
export interface StoredRequest {
  readonly fingerprint: Buffer;
  readonly eventId: Uuid;
  readonly deliveryCount: number;
}

type RunStatement = <Row extends object>(statement: BoundStatement) => Promise<Row[]>;

@Injectable()
export class IngestRepository {
  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {}

  /**
   * Commits a group of events with their deliveries and idempotency keys, in one statement.
   *
   * @param deliveries of these events, in any order; not those that were written before in the same transaction
   * @param deliveriesAre about to be queued, so that the due scan need look only if nobody takes them; or due at once
   * @param run a statement, in a transaction if that is given
   * @returns for each event whether it was accepted; not so when its key is already taken, and then nothing of it is
   * kept
   */
  async accept(
    events: readonly NewEvent[],
    deliveries: readonly NewDelivery[],
    deliveriesAre: 'queued' | 'due',
    run: RunStatement = (statement) => this.hotPath.query(statement),
  ): Promise<boolean[]> {
    // In one order everywhere, so that two groups that share keys wait for each other and do not deadlock.
    const keyed = events.flatMap((event) => (event.idempotency === null ? [] : [{ ...event.idempotency, event }]));
    keyed.sort((a, b) => compare(a.event.tenantId, b.event.tenantId) || compare(a.key, b.key));
    const rows = await run<{ event_id: Uuid }>(
      ACCEPT.with({
        ids: events.map(({ id }) => id),
        tenantIds: events.map(({ tenantId }) => tenantId),
        eventTypes: events.map(({ eventType }) => eventType),
        contentTypes: events.map(({ contentType }) => contentType),
        deliveryCounts: events.map(({ deliveryCount }) => deliveryCount),
        payloads: Buffer.concat(events.map(({ payload }) => payload)),
        payloadOffsets: payloadOffsets(events),
        payloadLengths: events.map(({ payload }) => payload.length),
        deliveryIds: deliveries.map(({ id }) => id),
        deliveryEventIds: deliveries.map(({ event }) => event.id),
        deliverySubscriptionIds: deliveries.map(({ subscriptionId }) => subscriptionId),
        deliveryTenantIds: deliveries.map(({ event }) => event.tenantId),
        dueInSeconds: deliveriesAre === 'queued' ? this.settings.visibilityTimeout : 0,
        keyEventIds: keyed.map(({ event }) => event.id),
        keyTenantIds: keyed.map(({ event }) => event.tenantId),
        keys: keyed.map(({ key }) => key),
        fingerprints: Buffer.concat(keyed.map(({ fingerprint }) => fingerprint)),
        keyDeliveryCounts: keyed.map(({ event }) => event.deliveryCount),
        keyLifeSeconds: IDEMPOTENCY_SECONDS,
      }),
    );
    const won = new Set(rows.map((row) => row.event_id));
    return events.map(({ id, idempotency }) => idempotency === null || won.has(id));
  }

  /** Deletes idempotency keys whose time is over, the oldest first. @returns how many */
  async forgetExpiredKeys(limit: number): Promise<number> {
    const [row] = await this.hotPath.query<{ count: number }>(FORGET_EXPIRED_KEYS.with({ limit }));
    return row?.count ?? 0;
  }

  /** What a key led to; null when it is unknown or its time is over. Served by the primary key. */
  async findRequest(tenantId: string, key: string): Promise<StoredRequest | null> {
    const rows = await this.hotPath.query<{ fingerprint: Buffer; event_id: Uuid; delivery_count: number }>(
      FIND_REQUEST.with({ tenantId, key }),
    );
    const [row] = rows;
    return row ? { fingerprint: row.fingerprint, eventId: row.event_id, deliveryCount: row.delivery_count } : null;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Where each payload begins in all of them together, from 1 as `substring` counts. */
function payloadOffsets(events: readonly NewEvent[]): number[] {
  let at = 1;
  return events.map(({ payload }) => {
    const offset = at;
    at += payload.length;
    return offset;
  });
}
