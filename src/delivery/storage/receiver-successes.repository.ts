import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { runPatiently } from '../../shared/database/patient-transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { STATE } from '../domain/delivery-state.js';

/** A busy subscription may have a million deliveries to look at. */
const TIMEOUT_MS = 60_000;

/** Asks the history itself whether a receiver has taken anything. */
@Injectable()
export class ReceiverSuccessesRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Whether any attempt for a subscription has succeeded since a time, including those whose result came late. Reads
   * all deliveries of the subscription, by deliveries_subscription and open_deliveries_subscription.
   *
   * @throws if that takes longer than a minute
   */
  hasSome(tenantId: string, subscriptionId: Uuid, since: Date): Promise<boolean> {
    return runPatiently(this.dataSource, TIMEOUT_MS, async (query) => {
      // The rows are found by indexes, whatever the planner believes about their number.
      await query(`select set_config(name, 'off', true) from unnest('{enable_seqscan,enable_mergejoin,enable_hashjoin,jit}'::text[]) name`); // prettier-ignore
      const [row] = await query<{ has_some: boolean }>(
        `select exists (
             select from deliveries
             where tenant_id = $1 and subscription_id = $2 and finished_at >= $3 and state = ${STATE.delivered})
           or exists (
             select from (
               select id from open_deliveries where tenant_id = $1 and subscription_id = $2 and attempt_count > 0
               union all
               select id from deliveries
               where tenant_id = $1 and subscription_id = $2 and finished_at >= $3::timestamptz - interval '1 hour') delivery,
               lateral (
                 select from attempts a
                 where a.delivery_id = delivery.id and a.is_late and a.status_code between 200 and 299
                   and a.started_at >= $3 offset 0) late) as has_some`,
        [tenantId, subscriptionId, since],
      );
      return row?.has_some ?? false;
    });
  }
}
