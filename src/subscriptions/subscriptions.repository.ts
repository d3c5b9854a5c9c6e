import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, Not } from 'typeorm';
import { TenantDatabase, type TenantRows } from '../shared/database/tenant-database.js';
import type { Tx } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { type Audience, WANTS_EVENT, WIDE_FROM } from './audience.js';
import type { SubscribedTypes } from './domain/no-deliveries.js';
import { patternsWanting } from './domain/event-type-pattern.js';
import { type DisabledReason, SUBSCRIPTION_STATE, type SubscriptionState } from './domain/subscription-state.js';
import type { PublishTarget } from './publish-target.js';
import type { SealedSecret } from './domain/sealed.js';
import { SubscriptionEntity } from './subscription.entity.js';

/** How much of a tenant's subscriptions is read to say why an event reaches nobody. */
const EXPLAINED_SUBSCRIPTIONS = 1000;
const EXPLAINED_TYPES = 300;

/** `strpos` takes every character as it is; a pattern of LIKE would have to be escaped. */
const CONTAINS = 'strpos(lower(s.targetUrl), lower(:search)) > 0 or strpos(lower(s.description), lower(:search)) > 0';

/** Identifies a subscription and its tenant. */
export type SubscriptionKey = Pick<SubscriptionEntity, 'tenantId' | 'id'>;

/** A subscription as far as it is encrypted. */
export type SealedRow = Pick<SubscriptionEntity, 'id' | 'secrets' | 'headers' | 'auth'>;

type Changes = Partial<Omit<SubscriptionEntity, 'id' | 'tenantId'>>;

/** What a subscription must be like to be disabled. */
interface DisablingCondition {
  readonly states: readonly SubscriptionState[];
  /** When it was last changed, as PostgreSQL writes it; null if that does not matter. */
  readonly updatedAt: string | null;
}

interface ListFilter {
  readonly limit: number;
  readonly after: Uuid | null;
  readonly eventType: string | null;
  readonly state: SubscriptionState | null;
  /** Text in the description or the target URL, in any case. */
  readonly search: string | null;
  /** Only these; null for all of the tenant. */
  readonly within: readonly Uuid[] | null;
}

/** Subscriptions of a tenant. Deleted ones are kept for the history; unless stated otherwise, queries ignore them. */
@Injectable()
export class SubscriptionsRepository {
  constructor(private readonly database: TenantDatabase) {}

  async insert(tx: Tx, subscription: SubscriptionEntity): Promise<void> {
    await this.rows(subscription.tenantId, tx).insert(subscription);
  }

  findById(tenantId: string, id: Uuid): Promise<SubscriptionEntity | null> {
    return this.rows(tenantId).findOne({ id, deletedAt: IsNull() });
  }

  /** Whether the tenant has or had it: deleted ones count. */
  async isKnown(tenantId: string, id: Uuid): Promise<boolean> {
    return (await this.rows(tenantId).count({ id })) > 0;
  }

  /** Which of these the tenant has. */
  async findExisting(tenantId: string, ids: readonly Uuid[]): Promise<Set<Uuid>> {
    const rows = await this.database.query<{ id: Uuid }>(
      tenantId,
      'select id from subscriptions where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null',
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Lists subscriptions, newest first, and one more than the limit if another page follows. */
  list(tenantId: string, filter: ListFilter): Promise<SubscriptionEntity[]> {
    const { after, state, eventType, search, within } = filter;
    const conditions: [string, object?][] = [['s.deletedAt is null']];
    if (after !== null) conditions.push(['s.id < :after', { after }]);
    if (state !== null) conditions.push(['s.state = :state', { state: SUBSCRIPTION_STATE[state] }]);
    if (within !== null) conditions.push(['s.id = any(cast(:within as uuid[]))', { within }]);
    if (eventType !== null) {
      conditions.push(['s.eventTypes && cast(:patterns as text[])', { patterns: patternsWanting(eventType) }]);
    }
    if (search !== null) conditions.push([CONTAINS, { search }]);
    return this.rows(tenantId).list({ alias: 's', conditions, limit: filter.limit + 1 });
  }

  /** Counts a tenant's subscriptions that are not deleted. */
  count(tx: Tx, tenantId: string): Promise<number> {
    return this.rows(tenantId, tx).count({ deletedAt: IsNull() });
  }

  /** Counts a tenant's deleted subscriptions that are kept for their history. Served by subscriptions_deleted. */
  countDeleted(tx: Tx, tenantId: string): Promise<number> {
    return this.rows(tenantId, tx).count({ deletedAt: Not(IsNull()) });
  }

  /** Reads a subscription and locks its row until the transaction ends. */
  lockById(tx: Tx, tenantId: string, id: Uuid): Promise<SubscriptionEntity | null> {
    return this.rows(tenantId, tx).findOne({ id, deletedAt: IsNull() }, { isLocked: true });
  }

  async update(tx: Tx, { tenantId, id }: SubscriptionKey, changes: Changes): Promise<void> {
    await this.rows(tenantId, tx).update({ id }, changes);
  }

  /** Disables a subscription if the condition is met. @returns false if it is not */
  async disable(
    tx: Tx,
    { tenantId, id }: SubscriptionKey,
    reason: DisabledReason,
    { states, updatedAt }: DisablingCondition,
  ): Promise<boolean> {
    const rows = await this.database.query(
      tenantId,
      `update subscriptions set state = ${SUBSCRIPTION_STATE.disabled}, disabled_reason = $3, disabled_at = now(), updated_at = now()
       where tenant_id = $1 and id = $2 and state = any($4::smallint[])
         and ($5::timestamptz is null or updated_at = $5) returning id`,
      [id, reason, states.map((state) => SUBSCRIPTION_STATE[state]), updatedAt],
      tx,
    );
    return rows.length > 0;
  }

  /** Reads what publishing to one subscription needs. */
  async findTarget(tenantId: string, id: Uuid): Promise<PublishTarget | null> {
    const rows = await this.database.query<TargetRow>(
      tenantId,
      `select id, state, target_url, event_types, verify_ingest, secrets from subscriptions
       where tenant_id = $1 and id = $2 and deleted_at is null`,
      [id],
    );
    return rows[0] ? toTarget(rows[0]) : null;
  }

  /** Finds the active and paused subscriptions that want an event type. Both the count and the ids are bounded. */
  async findAudience(tenantId: string, eventType: string): Promise<Audience> {
    const rows = await this.database.query<{ count: number; ids: Uuid[] | null }>(
      tenantId,
      `with wanting as materialized (select id from subscriptions where ${WANTS_EVENT} limit $3)
       select count::int, case when count <= $4 then array(select id from wanting) end as ids
       from (select count(*) from wanting) counted`,
      [patternsWanting(eventType), LIMITS.deliveriesPerEvent + 1, WIDE_FROM],
    );
    const { count = 0, ids = [] } = rows[0] ?? {};
    return { count, ids: ids?.sort() ?? null };
  }

  /** Finds the tenants that have an active or paused subscription with one of these patterns, at most `limit`. */
  async findTenantsWanting(tx: Tx, patterns: readonly string[], limit: number): Promise<string[]> {
    const rows = await tx.query<{ tenant_id: string }[]>(
      `select distinct tenant_id from subscriptions
       where event_types && $1::text[] and deleted_at is null
         and state in (${SUBSCRIPTION_STATE.active}, ${SUBSCRIPTION_STATE.paused})
       limit $2`,
      [patterns, limit],
    );
    return rows.map(({ tenant_id }) => tenant_id);
  }

  /** Reads the patterns of a tenant's newest subscriptions. Both the rows and the patterns are bounded. */
  async findSubscribedTypes(tenantId: string): Promise<SubscribedTypes> {
    const rows = await this.database.query<{ is_disabled: boolean; types: string[]; is_cut: boolean }>(
      tenantId,
      `with newest as materialized (select state, event_types from subscriptions
         where tenant_id = $1 and deleted_at is null order by id desc limit $2::int + 1)
       select state = ${SUBSCRIPTION_STATE.disabled} as is_disabled, (array_agg(distinct type))[1:$3::int] as types,
         (count(distinct type) > $3::int or (select count(*) from newest) > $2::int) as is_cut
       from newest, unnest(event_types) type
       group by 1`,
      [EXPLAINED_SUBSCRIPTIONS, EXPLAINED_TYPES],
    );
    const ofState = (isDisabled: boolean): string[] => rows.find((row) => row.is_disabled === isDisabled)?.types ?? [];
    return { wanted: ofState(false), disabled: ofState(true), isCut: rows.some((row) => row.is_cut) };
  }

  /** Locks subscriptions of all tenants for re-encryption, ordered by id and including deleted ones. */
  lockSealed(tx: Tx, after: Uuid | null, limit: number): Promise<SubscriptionEntity[]> {
    return tx.find(SubscriptionEntity, {
      where: after === null ? {} : { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Reads what is encrypted of the oldest and the newest subscriptions of all tenants. */
  async sampleSealed(tx: Tx, limit: number): Promise<SealedRow[]> {
    const read = (id: 'ASC' | 'DESC'): Promise<SealedRow[]> =>
      tx.find(SubscriptionEntity, {
        select: { id: true, secrets: true, headers: true, auth: true },
        where: { deletedAt: IsNull() },
        order: { id },
        take: limit,
      });
    return [...(await read('ASC')), ...(await read('DESC'))];
  }

  /**
   * Erases secrets, headers and credentials that earlier versions left in deleted subscriptions, across all tenants.
   *
   * @returns the number of erased subscriptions
   */
  async eraseDeleted(tx: Tx, limit: number): Promise<number> {
    const [, count] = await tx.query<[unknown[], number]>(
      `update subscriptions set secrets = '[]', headers = '{}', shown_headers = '{}', auth = null
       where id = any(array(
         select id from subscriptions
         where deleted_at is not null and (secrets <> '[]' or headers <> '{}' or auth is not null)
         limit $1 for update skip locked))`,
      [limit],
    );
    return count;
  }

  /** Removes subscriptions of all tenants that were deleted before a time. @returns the number of removed rows */
  async removeDeleted(tx: Tx, before: Date, limit: number): Promise<number> {
    const [, count] = await tx.query<[unknown[], number]>(
      `delete from subscriptions where id = any(array(
         select id from subscriptions where deleted_at < $1 limit $2 for update skip locked))`,
      [before, limit],
    );
    return count;
  }

  private rows(tenantId: string, tx?: Tx): TenantRows<SubscriptionEntity> {
    return this.database.rows(SubscriptionEntity, tenantId, tx);
  }
}

interface TargetRow {
  id: Uuid;
  state: number;
  target_url: string;
  event_types: string[];
  verify_ingest: boolean;
  secrets: SealedSecret[];
}

function toTarget(row: TargetRow): PublishTarget {
  return {
    id: row.id,
    isDisabled: row.state === SUBSCRIPTION_STATE.disabled,
    targetUrl: row.target_url,
    eventTypes: row.event_types,
    verifyIngest: row.verify_ingest,
    secrets: row.secrets,
  };
}
