import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import type { Tx } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { patternsWanting } from './domain/event-type-pattern.js';
import { type DisabledReason, stateNumber, type SubscriptionState } from './domain/subscription-state.js';
import type { PublishTarget } from './publish-target.js';
import { type SealedSecret, SubscriptionEntity } from './subscription.entity.js';

interface ListFilter {
  readonly limit: number;
  readonly after: Uuid | null;
  readonly eventType: string | null;
  readonly state: SubscriptionState | null;
}

/** Subscriptions of a tenant. A deleted one is found by nobody but the history. */
@Injectable()
export class SubscriptionsRepository {
  constructor(@InjectRepository(SubscriptionEntity) private readonly rows: Repository<SubscriptionEntity>) {}

  async insert(subscription: SubscriptionEntity): Promise<void> {
    // The cast says that jsonb values are data: TypeORM's types expect SQL expressions in them.
    await this.rows.insert(subscription as object);
  }

  findById(tenantId: string, id: Uuid): Promise<SubscriptionEntity | null> {
    return this.rows.findOneBy({ id, tenantId, deletedAt: IsNull() });
  }

  /** Newest first; one more than the limit when another page follows. */
  list(tenantId: string, filter: ListFilter): Promise<SubscriptionEntity[]> {
    const query = this.rows
      .createQueryBuilder('s')
      .where('s.tenantId = :tenantId and s.deletedAt is null', { tenantId })
      .orderBy('s.id', 'DESC')
      .limit(filter.limit + 1);
    if (filter.after !== null) query.andWhere('s.id < :after', { after: filter.after });
    if (filter.state !== null) query.andWhere('s.state = :state', { state: stateNumber(filter.state) });
    if (filter.eventType !== null) {
      query.andWhere('s.eventTypes && cast(:patterns as text[])', { patterns: patternsWanting(filter.eventType) });
    }
    return query.getMany();
  }

  /** Reads a subscription that nobody else can change until the transaction ends. */
  lockById(tx: Tx, tenantId: string, id: Uuid): Promise<SubscriptionEntity | null> {
    return tx.findOne(SubscriptionEntity, {
      where: { id, tenantId, deletedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async update(tx: Tx, id: Uuid, changes: Partial<Omit<SubscriptionEntity, 'id' | 'tenantId'>>): Promise<void> {
    await tx.update(SubscriptionEntity, { id }, changes as object);
  }

  /** @returns the tenant whose subscription it is; null when it was not active or paused any more. */
  async disable(id: Uuid, reason: DisabledReason): Promise<string | null> {
    const [rows] = await this.rows.query<[{ tenant_id: string }[], number]>(
      `update subscriptions set state = 2, disabled_reason = $2, updated_at = now()
       where id = $1 and state in (0, 1) returning tenant_id`,
      [id, reason],
    );
    return rows[0]?.tenant_id ?? null;
  }

  /** For publishing to one subscription. */
  async findTarget(tenantId: string, id: Uuid): Promise<PublishTarget | null> {
    const rows = await this.rows.query<TargetRow[]>(
      `select id, state, event_types, verify_ingest, secrets from subscriptions
       where id = $1 and tenant_id = $2 and deleted_at is null`,
      [id, tenantId],
    );
    return rows[0] ? toTarget(rows[0]) : null;
  }

  /** Ids of the active and paused ones that want an event type. Served by subscriptions_event_types. */
  async findIdsWanting(tenantId: string, eventType: string): Promise<Uuid[]> {
    const rows = await this.rows.query<{ id: Uuid }[]>(
      `select id from subscriptions
       where tenant_id = $1 and event_types && $2::text[] and deleted_at is null and state in (0, 1) order by id`,
      [tenantId, patternsWanting(eventType)],
    );
    return rows.map(({ id }) => id);
  }
}

interface TargetRow {
  id: Uuid;
  state: number;
  event_types: string[];
  verify_ingest: boolean;
  secrets: SealedSecret[];
}

function toTarget(row: TargetRow): PublishTarget {
  return {
    id: row.id,
    isDisabled: row.state === stateNumber('disabled'),
    eventTypes: row.event_types,
    verifyIngest: row.verify_ingest,
    secrets: row.secrets,
  };
}
