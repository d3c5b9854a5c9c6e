import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import type { Tx } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { SUBSCRIPTION_STATE } from './domain/subscription-state.js';

/** A version: when it became valid, in milliseconds since the Unix epoch, and what it had then. */
type VersionColumns = readonly [
  validFromMs: number,
  state: number,
  eventTypes: string[],
  disabledReason: string | null,
];

/** A subscription with its versions around some time; columns of a missing row are null. */
export interface VersionedRow {
  readonly id: Uuid;
  readonly created_at: Date | null;
  readonly state: number | null;
  readonly event_types: string[] | null;
  readonly verify_ingest: boolean | null;
  /** In order of time; null if there is none. */
  readonly versions: readonly VersionColumns[] | null;
}

/** Versions around a time. */
interface Around {
  readonly at: Date;
  /** How long before and after it. */
  readonly withinMs: number;
  /** An id; null for the first page. */
  readonly after: Uuid | null;
  readonly limit: number;
  /** Only these subscriptions; null for all of the tenant. */
  readonly within?: readonly Uuid[] | null;
}

/** Versions of one subscription on each side of a time: those nearest to it. */
const MAX_VERSIONS = 50;

/** Primary key of a version. */
export interface VersionKey {
  readonly tenant_id: string;
  readonly subscription_id: Uuid;
  readonly valid_from: Date;
}

/** Less than any id, and than any key. */
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
const BEFORE_ALL = { tenant_id: '', subscription_id: BEFORE_ALL_IDS };

/** SQL for the subscriptions of a tenant with versions, in order of id: one step for each, however many it has. */
const ALL_KNOWN = `with recursive known as (
         (select v.subscription_id, 1 as place from subscription_versions v
          where v.tenant_id = $1 and v.subscription_id > $3 order by v.subscription_id limit 1)
         union all
         select (select v.subscription_id from subscription_versions v
                 where v.tenant_id = $1 and v.subscription_id > known.subscription_id
                 order by v.subscription_id limit 1), place + 1
         from known where known.subscription_id is not null and place < $4)`;

/** SQL for those of the subscriptions in $7. */
const KNOWN_OF_THESE = `with known as (
         select these.id as subscription_id from unnest($7::uuid[]) these(id)
         where these.id > $3 and (
           select true from subscription_versions v where v.tenant_id = $1 and v.subscription_id = these.id limit 1)
         order by these.id limit $4)`;

/** What subscriptions wanted, and their states, in the past. A trigger on `subscriptions` writes the versions. */
@Injectable()
export class SubscriptionVersionsRepository {
  constructor(private readonly database: TenantDatabase) {}

  /**
   * Lists the subscriptions that a tenant has or had, in order of id, with the versions that were valid at a time or
   * shortly before or after it. Served by the primary key.
   */
  listAround(tenantId: string, { at, withinMs, after, limit, within = null }: Around): Promise<VersionedRow[]> {
    const [from, until] = [-withinMs, withinMs].map((ms) => new Date(at.getTime() + ms));
    return this.database.search(tenantId, (session) =>
      session.query<VersionedRow>(
        `${within === null ? ALL_KNOWN : KNOWN_OF_THESE}
       select known.subscription_id as id, s.created_at, s.state, s.event_types, s.verify_ingest, near.versions
       from known
       left join subscriptions s on s.tenant_id = $1 and s.id = known.subscription_id
       left join lateral (
         select json_agg(json_build_array((extract(epoch from e.valid_from) * 1000)::float8, e.state, e.event_types,
             e.disabled_reason)
           order by e.valid_from) as versions
         from (
           (select v.valid_from, v.state, v.event_types, v.disabled_reason from subscription_versions v
            where v.tenant_id = $1 and v.subscription_id = known.subscription_id and v.valid_from <= $2
              and v.valid_from >= coalesce(
                (select max(f.valid_from) from subscription_versions f
                 where f.tenant_id = $1 and f.subscription_id = known.subscription_id and f.valid_from < $5),
                '-infinity')
            order by v.valid_from desc limit ${MAX_VERSIONS})
           union all
           (select v.valid_from, v.state, v.event_types, v.disabled_reason from subscription_versions v
            where v.tenant_id = $1 and v.subscription_id = known.subscription_id and v.valid_from > $2
              and v.valid_from <= $6
            order by v.valid_from limit ${MAX_VERSIONS})) e) near on true
       where known.subscription_id is not null
       order by known.subscription_id`,
        [at, after ?? BEFORE_ALL_IDS, limit, from, until, ...(within === null ? [] : [within])],
      ),
    );
  }

  /**
   * Looks at a part of the versions of all tenants, in order of their key, and removes those that ended before a time:
   * by another version, or because they say that the subscription is deleted. Served by the primary key: nearly all
   * versions are present ones and stay, so the whole table in one statement would take too long.
   *
   * @param from the last version of the previous part, whose end only this part shows; null for the first part
   * @param limit at least 2
   * @returns the last version of this part; null when no more follow
   */
  async removeEnded(tx: Tx, before: Date, from: VersionKey | null, limit: number): Promise<VersionKey | null> {
    const { tenant_id, subscription_id, valid_from } = from ?? { ...BEFORE_ALL, valid_from: before };
    const [last] = await tx.query<VersionKey[]>(
      `with part as materialized (
         select p.*, lead(valid_from) over (partition by tenant_id, subscription_id order by valid_from) as ended_at,
           row_number() over (order by tenant_id, subscription_id, valid_from) as place
         from (select tenant_id, subscription_id, valid_from, state from subscription_versions
               where (tenant_id, subscription_id, valid_from) >= ($2, $3::uuid, $4::timestamptz)
               order by tenant_id, subscription_id, valid_from limit $5) p),
       ended as (
         delete from subscription_versions v using part
         where v.tenant_id = part.tenant_id and v.subscription_id = part.subscription_id and v.valid_from = part.valid_from
           and case when part.state = ${SUBSCRIPTION_STATE.deleted} then part.valid_from else part.ended_at end < $1)
       select tenant_id, subscription_id, valid_from from part where place = $5`,
      [before, tenant_id, subscription_id, valid_from, limit],
    );
    return last ?? null;
  }
}
