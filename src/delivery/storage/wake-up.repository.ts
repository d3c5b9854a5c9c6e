import { Injectable } from '@nestjs/common';
import { HotPath } from '../../shared/database/hot-path.js';
import { lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { LIST_FIRST } from './statements/list-first.js';
import { MAKE_DUE } from './statements/make-due.js';

/** Reads and changes deliveries that wait for their first wake-up. */
@Injectable()
export class WakeUpRepository {
  constructor(private readonly hotPath: HotPath) {}

  /** Makes deliveries due at once, unless they were attempted or parked. */
  async makeDue(ids: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(MAKE_DUE.with({ ids }));
  }

  /** Lists an event's deliveries that were never attempted or parked, ordered by id, without manual retries. */
  async listFirst(eventId: Uuid, tenantId: string, page: { after: Uuid; limit: number }): Promise<WakeUp[]> {
    const rows = await this.hotPath.query<{ id: Uuid; subscription_id: Uuid }>(
      LIST_FIRST.with({ after: page.after, last: lastUuidOf(eventId), limit: page.limit }),
    );
    return rows.map((row) => ({ id: row.id, subscriptionId: row.subscription_id, attemptCount: 0, tenantId }));
  }
}
