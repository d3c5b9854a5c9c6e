import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { cancelledIntoHistory, SUBSCRIPTION_GONE } from './statements/into-history.js';

/** A manual retry. */
interface NewRetry {
  /** The finished delivery. */
  readonly id: Uuid;
  /** Id of the delivery that repeats it. */
  readonly newId: Uuid;
  readonly visibilitySeconds: number;
  /** Whether receivers get another `webhook-id`: that of the new delivery. Otherwise it is that of the finished one. */
  readonly isNewMessage: boolean;
}

/** Changes that clients make to deliveries. Each method runs one statement. */
@Injectable()
export class DeliveryCommandRepository {
  constructor(private readonly database: TenantDatabase) {}

  /**
   * Opens a new delivery of the same event to the same subscription as a finished one.
   *
   * @returns the id of the subscription; null when the finished delivery does not exist, its subscription is deleted,
   * or the new id is taken
   */
  async openRetry(
    tx: Tx,
    tenantId: string,
    { id, newId, visibilitySeconds, isNewMessage }: NewRetry,
  ): Promise<Uuid | null> {
    const rows = await this.database.query<{ subscription_id: Uuid }>(
      tenantId,
      `with opened as (
         insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, retry_of, created_at,
           webhook_id)
         select $3, d.event_id, d.subscription_id, d.tenant_id, now() + $4::float8 * interval '1 second', d.id, now(),
           case when $5 then $3 else d.webhook_id end
         from deliveries d
         join subscriptions s on s.id = d.subscription_id and s.tenant_id = $1 and s.deleted_at is null
         where d.tenant_id = $1 and d.id = $2
           and not exists (select 1 from deliveries taken where taken.tenant_id = $1 and taken.id = $3)
         on conflict do nothing
         returning id, tenant_id, subscription_id),
       counted as (
         insert into delivery_repeats (delivery_id, tenant_id) select id, tenant_id from opened)
       select subscription_id from opened`,
      [id, newId, visibilitySeconds, isNewMessage],
      tx,
    );
    return rows[0]?.subscription_id ?? null;
  }

  /** @returns true if the delivery was unfinished and is now cancelled */
  async cancel(tx: Tx, tenantId: string, id: Uuid): Promise<boolean> {
    const rows = await this.database.query(
      tenantId,
      `with gone as (delete from open_deliveries where tenant_id = $1 and id = $2 returning *)
       ${cancelledIntoHistory({ from: 'gone', errorCode: `'cancelled'`, errorMessage: `'a client cancelled this delivery'` })}
       returning id`,
      [id],
      tx,
    );
    return rows.length > 0;
  }

  /**
   * Cancels unfinished deliveries of a subscription that is being deleted, up to the limit of one transaction. Workers
   * cancel the rest within seconds, when they find the subscription deleted. Served by open_deliveries_subscription.
   *
   * @returns the cancelled deliveries
   */
  async cancelAllOf(tx: Tx, tenantId: string, subscriptionId: Uuid): Promise<Uuid[]> {
    const rows = await this.database.query<{ id: Uuid }>(
      tenantId,
      `with gone as (delete from open_deliveries where tenant_id = $1 and id = any(array(
         select id from open_deliveries where tenant_id = $1 and subscription_id = $2 order by id limit ${MAX_CANCELLED}))
         returning *)
       ${cancelledIntoHistory({ from: 'gone', ...SUBSCRIPTION_GONE })}
       returning id`,
      [subscriptionId],
      tx,
    );
    return rows.map(({ id }) => id);
  }
}

/** Limit of deliveries that are cancelled in the transaction that deletes their subscription. */
const MAX_CANCELLED = 10_000;
