import { Injectable } from '@nestjs/common';
import { HotPath, type Statement } from '../shared/database/hot-path.js';
import { lastUuidOf, type Uuid } from '../shared/ids/uuid.js';
import type { WakeUp } from './delivery.entity.js';
import { MAKE_DUE } from './delivery.statements.js';

/** What becomes of deliveries whose wake-up is lost. */
@Injectable()
export class WakeUpRepository {
  constructor(private readonly hotPath: HotPath) {}

  /** Makes deliveries due at once that nobody has attempted yet. */
  async makeDue(ids: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(MAKE_DUE, [ids]);
  }

  /** First deliveries of an event that nobody has attempted or parked yet, in the order of their ids. */
  async listFirst(eventId: Uuid, tenantId: string, page: { after: Uuid; limit: number }): Promise<WakeUp[]> {
    const rows = await this.hotPath.query<{ id: Uuid; subscription_id: Uuid }>(LIST_FIRST, [
      page.after,
      lastUuidOf(eventId),
      page.limit,
    ]);
    return rows.map((row) => ({ id: row.id, subscriptionId: row.subscription_id, attemptCount: 0, tenantId }));
  }
}

/** $1 and $2 the id before the first one and the last, $3 limit. Served by the primary key. */
const LIST_FIRST: Statement = {
  name: 'list_first',
  text: `select id, subscription_id from open_deliveries
    where id > $1 and id <= $2 and state = 0 and attempt_count = 0 and parked_at is null and retry_of is null
    order by id limit $3`,
};
