import { Injectable } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { HotPath, plainArray, type Statement, textArray } from '../shared/database/hot-path.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { NewDelivery, NewEvent } from './domain/new-event.js';

/** How long a publisher can repeat a request under its key. */
const IDEMPOTENCY_SECONDS = 86_400;

/** What a request with an Idempotency-Key led to. */
export interface StoredRequest {
  readonly fingerprint: Buffer;
  readonly eventId: Uuid;
  readonly deliveryCount: number;
}

type RunStatement = <Row extends object>(statement: Statement, values: unknown[]) => Promise<Row[]>;

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
    run: RunStatement = (statement, values) => this.hotPath.query(statement, values),
  ): Promise<boolean[]> {
    // In one order everywhere, so that two groups that share keys wait for each other and do not deadlock.
    const keyed = events.flatMap((event) => (event.idempotency === null ? [] : [{ ...event.idempotency, event }]));
    keyed.sort((a, b) => compare(a.event.tenantId, b.event.tenantId) || compare(a.key, b.key));
    const offsets = payloadOffsets(events);
    const rows = await run<{ event_id: Uuid }>(ACCEPT, [
      plainArray(events.map(({ id }) => id)),
      textArray(events.map(({ tenantId }) => tenantId)),
      textArray(events.map(({ eventType }) => eventType)),
      textArray(events.map(({ contentType }) => contentType)),
      Buffer.concat(events.map(({ payload }) => payload)),
      plainArray(offsets),
      plainArray(events.map(({ payload }) => payload.length)),
      plainArray(deliveries.map(({ id }) => id)),
      plainArray(deliveries.map(({ event }) => event.id)),
      plainArray(deliveries.map(({ subscriptionId }) => subscriptionId)),
      textArray(deliveries.map(({ event }) => event.tenantId)),
      keyed.map(({ event }) => event.id),
      keyed.map(({ event }) => event.tenantId),
      keyed.map(({ key }) => key),
      Buffer.concat(keyed.map(({ fingerprint }) => fingerprint)),
      keyed.map(({ event }) => event.deliveryCount),
      deliveriesAre === 'queued' ? this.settings.visibilityTimeout : 0,
      IDEMPOTENCY_SECONDS,
      plainArray(events.map(({ deliveryCount }) => deliveryCount)),
    ]);
    const won = new Set(rows.map((row) => row.event_id));
    return events.map(({ id, idempotency }) => idempotency === null || won.has(id));
  }

  /** What a key led to; null when it is unknown or its time is over. Served by the primary key. */
  async findRequest(tenantId: string, key: string): Promise<StoredRequest | null> {
    const rows = await this.hotPath.query<{ fingerprint: Buffer; event_id: Uuid; delivery_count: number }>(
      FIND_REQUEST,
      [tenantId, key],
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

/**
 * $1 events, $2 tenants, $3 event types, $4 content types, $5 all payloads, $6 and $7 where each starts and its length,
 * $8 deliveries, $9 their events, $10 their subscriptions, $11 their tenants, $12 events that have a key, $13 tenants,
 * $14 keys, $15 all fingerprints of 32 bytes, $16 their numbers of deliveries, $17 visibility and $18 life of a key in
 * seconds, $19 numbers of deliveries of the events.
 *
 * An open delivery begins with its due time a visibility timeout away when it is about to be handed to the queue. The
 * keys are found by their primary key; what has lost its key is left out of both inserts.
 */
const ACCEPT = {
  name: 'accept',
  text: `with keyed as (
      insert into idempotency_keys (tenant_id, key, fingerprint, event_id, delivery_count, expires_at)
      select tenant_id, key, substring($15::bytea from (i::int - 1) * 32 + 1 for 32), event_id, delivery_count,
        now() + $18::float8 * interval '1 second'
      from unnest($12::uuid[], $13::text[], $14::text[], $16::int[]) with ordinality
        k(event_id, tenant_id, key, delivery_count, i)
      on conflict (tenant_id, key) do update set fingerprint = excluded.fingerprint, event_id = excluded.event_id,
        delivery_count = excluded.delivery_count, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= now()
      returning event_id),
    lost as (select array(select unnest($12::uuid[]) except select event_id from keyed) as events),
    accepted as (
      insert into events (id, tenant_id, event_type, content_type, payload, delivery_count)
      select id, tenant_id, event_type, content_type, substring($5::bytea from at for length), delivery_count
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $6::int[], $7::int[], $19::int[])
        e(id, tenant_id, event_type, content_type, at, length, delivery_count)
      where id <> all ((select events from lost)::uuid[])),
    opened as (
      insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at)
      select id, event_id, subscription_id, tenant_id, now() + $17::float8 * interval '1 second'
      from unnest($8::uuid[], $9::uuid[], $10::uuid[], $11::text[]) d(id, event_id, subscription_id, tenant_id)
      where event_id <> all ((select events from lost)::uuid[]))
    select event_id from keyed`,
};

const FIND_REQUEST = {
  name: 'find_request',
  text: `select fingerprint, event_id, delivery_count from idempotency_keys
    where tenant_id = $1 and key = $2 and expires_at > now()`,
};
