import { Injectable } from '@nestjs/common';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { knownDeliveries } from './known-deliveries.js';
import { CANCEL_EXPIRED } from './statements/cancel-expired.js';
import { CANCEL_PARKED_OF_DELETED } from './statements/cancel-parked-of-deleted.js';
import { GIVE_BACK } from './statements/give-back.js';
import { LIST_WITH_PARKED } from './statements/list-with-parked.js';
import { PARK } from './statements/park.js';

interface ParkedRow {
  subscription_id: Uuid;
  tenant_id: string;
  /** Null for any other. */
  state: 'active' | 'deleted' | null;
}

/** Subscriptions with parked deliveries. Paused and disabled ones wait for a client, and for no worker. */
interface WithParked {
  readonly active: readonly Pick<WakeUp, 'subscriptionId' | 'tenantId'>[];
  readonly deleted: readonly Uuid[];
  /** Where to go on; null when that was the end. */
  readonly last: Uuid | null;
}

/** Sets pending deliveries aside, and finds out whose they are. Each method is one statement. */
@Injectable()
export class ParkingRepository {
  constructor(private readonly hotPath: HotPath) {}

  /** Sets pending deliveries aside for their lanes. No attempt is used. */
  async park(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(PARK.with(knownDeliveries(wakeUps)));
  }

  /** Makes pending deliveries due at once, for any worker's scan: a worker that stops gives back what it held. */
  async giveBack(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.hotPath.query(GIVE_BACK.with(knownDeliveries(wakeUps)));
  }

  /**
   * Subscriptions that have parked deliveries, in the order of their ids. The cost grows with their number, not with
   * that of the deliveries.
   *
   * @param after the last one of the page before; null begins with the first
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

  /** Cancels parked deliveries of those subscriptions that are deleted. @returns how many */
  async cancelParkedOfDeleted(subscriptionIds: readonly Uuid[], limit: number): Promise<number> {
    const rows = await this.hotPath.query(CANCEL_PARKED_OF_DELETED.with({ subscriptionIds, limit }));
    return rows.length;
  }
}
