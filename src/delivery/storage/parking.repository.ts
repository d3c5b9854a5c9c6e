import { Injectable } from '@nestjs/common';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { type CancelledDelivery, type CancelledRow, toCancelled } from './cancelled-delivery.js';
import { wakeUpParameters } from './wake-up-parameters.js';
import { CANCEL_EXPIRED } from './statements/cancel-expired.js';
import { CANCEL_PARKED_OF_DELETED } from './statements/cancel-parked-of-deleted.js';
import { GIVE_BACK } from './statements/give-back.js';
import { LIST_WITH_PARKED } from './statements/list-with-parked.js';
import { PARK } from './statements/park.js';

interface ParkedRow {
  subscription_id: Uuid;
  tenant_id: string;
  /** Null for paused and disabled subscriptions. */
  state: 'active' | 'deleted' | null;
}

/** Subscriptions with parked deliveries. Workers have nothing to do for paused and disabled ones. */
interface WithParked {
  readonly active: readonly Pick<WakeUp, 'subscriptionId' | 'tenantId'>[];
  readonly deleted: readonly Uuid[];
  /** The last subscription of this page; null when no page follows. */
  readonly last: Uuid | null;
}

/** Parks pending deliveries and finds parked ones. Each method runs one statement. */
@Injectable()
export class ParkingRepository {
  constructor(private readonly hotPath: HotPath) {}

  /** Parks pending deliveries until their lanes pull them. This uses no attempt. */
  async park(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(PARK.with(wakeUpParameters(wakeUps)));
  }

  /** Makes pending deliveries due at once, so that another worker takes over what a stopping worker had queued. */
  async giveBack(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(GIVE_BACK.with(wakeUpParameters(wakeUps)));
  }

  /**
   * Lists subscriptions with parked deliveries, ordered by id. The cost grows with the number of subscriptions, not of
   * deliveries.
   *
   * @param after last subscription of the previous page; null for the first page
   */
  async listWithParked(after: Uuid | null, limit: number): Promise<WithParked> {
    const rows = await this.hotPath.query<ParkedRow>(LIST_WITH_PARKED.with({ after, limit }));
    const inState = (state: ParkedRow['state']): ParkedRow[] => rows.filter((row) => row.state === state);
    return {
      active: inState('active').map((row) => ({ subscriptionId: row.subscription_id, tenantId: row.tenant_id })),
      deleted: inState('deleted').map((row) => row.subscription_id),
      last: rows.length < limit ? null : (rows.at(-1)?.subscription_id ?? null),
    };
  }

  /** Cancels open deliveries from before an id. @returns how many */
  async cancelExpired(firstKept: Uuid, limit: number): Promise<number> {
    const [row] = await this.hotPath.query<{ count: number }>(CANCEL_EXPIRED.with({ firstKept, limit }));
    return row?.count ?? 0;
  }

  /**
   * Cancels parked deliveries of deleted subscriptions, up to `limit` of each.
   *
   * @returns the cancelled deliveries
   */
  async cancelParkedOfDeleted(subscriptionIds: readonly Uuid[], limit: number): Promise<CancelledDelivery[]> {
    const rows = await this.hotPath.query<CancelledRow>(CANCEL_PARKED_OF_DELETED.with({ subscriptionIds, limit }));
    return rows.map(toCancelled);
  }
}
