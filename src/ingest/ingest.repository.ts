import { Injectable } from '@nestjs/common';
import { type ActiveSubscription, leaseParameters, type Reservation } from '../delivery/index.js';
import { Settings } from '../shared/config/settings.js';
import { HotPath } from '../shared/database/hot-path.js';
import type { BoundStatement } from '../shared/database/statement.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { ADDRESSING } from './domain/addressing.js';
import type { NewDelivery, NewEvent } from './domain/new-event.js';
import { ACCEPT, ACCEPT_LABELLED } from './statements/accept.js';
import { FIND_REQUEST } from './statements/find-request.js';
import { FORGET_EXPIRED_KEYS } from './statements/forget-expired-keys.js';

/** How long an idempotency key is remembered. */
const IDEMPOTENCY_SECONDS = 86_400;

/** Outcome of an accepted request with an Idempotency-Key. */
export interface StoredRequest {
  readonly fingerprint: Buffer;
  readonly eventId: Uuid;
  readonly deliveryCount: number;
}

/** Events to write at once. */
export interface Group {
  readonly events: readonly NewEvent[];
  /** Those of the events, in any order, without those already written in the same transaction. */
  readonly deliveries: readonly NewDelivery[];
  /** `queued`: due only after the visibility timeout, in case their job is lost; `due`: due at once. */
  readonly deliveriesAre: 'queued' | 'due';
  /** Deliveries to claim, and their subscriptions. By default none. */
  readonly reserved?: Pick<Reservation, 'ids' | 'subscriptionIds'>;
}

const NOTHING_RESERVED = { ids: new Set<Uuid>(), subscriptionIds: [] };

/** What became of a group. */
export interface Acceptance {
  /** Ids of accepted events. The keys of the others were taken, and nothing of those is stored. */
  readonly accepted: ReadonlySet<Uuid>;
  /** Subscriptions of claimed deliveries that were active. The deliveries of others were not claimed. */
  readonly active: readonly ActiveSubscription[];
}

type RunStatement = <Row extends object>(statement: BoundStatement) => Promise<Row[]>;

@Injectable()
export class IngestRepository {
  private readonly lease: ReturnType<typeof leaseParameters>;

  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {
    this.lease = leaseParameters(settings);
  }

  /**
   * Writes a group of events with their deliveries and idempotency keys in one statement.
   *
   * @param run runs the statement; by default on its own, otherwise for example in a transaction
   */
  async accept(
    { events, deliveries, deliveriesAre, reserved = NOTHING_RESERVED }: Group,
    run: RunStatement = (statement) => this.hotPath.query(statement),
  ): Promise<Acceptance> {
    // All processes insert keys in the same order, so that groups with common keys wait for each other, not deadlock.
    const keyed = events.flatMap((event) => (event.idempotency === null ? [] : [{ ...event.idempotency, event }]));
    keyed.sort((a, b) => compare(a.event.tenantId, b.event.tenantId) || compare(a.key, b.key));
    const values: Parameters<typeof ACCEPT.with>[0] = {
      ids: events.map(({ id }) => id),
      tenantIds: events.map(({ tenantId }) => tenantId),
      eventTypes: events.map(({ eventType }) => eventType),
      contentTypes: events.map(({ contentType }) => contentType),
      deliveryCounts: events.map(({ deliveryCount }) => deliveryCount),
      addressings: events.map(({ addressing }) => ADDRESSING[addressing]),
      payloads: Buffer.concat(events.map(({ payload }) => payload)),
      payloadOffsets: payloadOffsets(events),
      payloadLengths: events.map(({ payload }) => payload.length),
      deliveryIds: deliveries.map(({ id }) => id),
      deliveryEventIds: deliveries.map(({ event }) => event.id),
      deliverySubscriptionIds: deliveries.map(({ subscriptionId }) => subscriptionId),
      deliveryTenantIds: deliveries.map(({ event }) => event.tenantId),
      areClaimed: deliveries.map(({ id }) => reserved.ids.has(id)),
      claimedSubscriptionIds: reserved.subscriptionIds,
      ...this.lease,
      dueInSeconds: deliveriesAre === 'queued' ? this.settings.visibilityTimeout : 0,
      keyEventIds: keyed.map(({ event }) => event.id),
      keyTenantIds: keyed.map(({ event }) => event.tenantId),
      keys: keyed.map(({ key }) => key),
      fingerprints: Buffer.concat(keyed.map(({ fingerprint }) => fingerprint)),
      keyDeliveryCounts: keyed.map(({ event }) => event.deliveryCount),
      keyLifeSeconds: IDEMPOTENCY_SECONDS,
    };
    const isLabelled = keyed.length > 0 || events.some(({ tags }) => tags.length > 0);
    const statement = isLabelled ? ACCEPT_LABELLED.with({ ...values, ...labelsOf(events) }) : ACCEPT.with(values);
    const rows = await run<{ id: Uuid; version: string | null }>(statement);
    const won = new Set<Uuid>();
    const active: ActiveSubscription[] = [];
    for (const { id, version } of rows) {
      if (version === null) won.add(id);
      else active.push({ id, version });
    }
    const accepted = events.filter(({ id, idempotency }) => idempotency === null || won.has(id));
    return { accepted: new Set(accepted.map(({ id }) => id)), active };
  }

  /** Deletes idempotency keys that have expired, oldest first. @returns how many */
  async forgetExpiredKeys(limit: number): Promise<number> {
    const [row] = await this.hotPath.query<{ count: number }>(FORGET_EXPIRED_KEYS.with({ limit }));
    return row?.count ?? 0;
  }

  /** Returns null for a key that is unknown or has expired. Served by the primary key. */
  async findRequest(tenantId: string, key: string): Promise<StoredRequest | null> {
    const rows = await this.hotPath.query<{ fingerprint: Buffer; event_id: Uuid; delivery_count: number }>(
      FIND_REQUEST.with({ tenantId, key }),
    );
    const [row] = rows;
    return row ? { fingerprint: row.fingerprint, eventId: row.event_id, deliveryCount: row.delivery_count } : null;
  }
}

/** Keys and tags in the form that `ACCEPT_LABELLED` takes. A list of tags is an array of PostgreSQL as text. */
function labelsOf(events: readonly NewEvent[]) {
  const tagged = events.flatMap(({ id, tenantId, tags }) => tags.map((tag) => ({ id, tenantId, tag })));
  return {
    eventKeys: events.map(({ idempotency }) => idempotency?.key ?? null),
    // Quoted, because a tag may be "null". No tag contains a quotation mark or a backslash.
    tagLists: events.map(({ tags }) => (tags.length === 0 ? null : `{${tags.map((tag) => `"${tag}"`).join(',')}}`)),
    tagEventIds: tagged.map(({ id }) => id),
    tagTenantIds: tagged.map(({ tenantId }) => tenantId),
    tags: tagged.map(({ tag }) => tag),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Start of each payload in the concatenated bytes, counted from 1 as in SQL's `substring`. */
function payloadOffsets(events: readonly NewEvent[]): number[] {
  let at = 1;
  return events.map(({ payload }) => {
    const offset = at;
    at += payload.length;
    return offset;
  });
}
