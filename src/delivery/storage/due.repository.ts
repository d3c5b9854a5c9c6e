import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { leaseParameters } from './lease-parameters.js';
import { type DueEnd, TAKE_DUE } from './statements/take-due.js';

interface DueRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  became: 'woken' | 'failed' | 'held' | 'scattered';
}

/** One batch of due deliveries. */
interface TakenDue {
  readonly wakeUps: WakeUp[];
  /** Deliveries that failed because workers died during too many of their attempts. */
  readonly failed: Pick<WakeUp, 'id' | 'subscriptionId' | 'tenantId'>[];
  /** True if nothing else is due. */
  readonly isComplete: boolean;
}

@Injectable()
export class DueRepository {
  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {}

  /**
   * Takes due deliveries: retries, deliveries whose worker died, and deliveries that the queue lost. They become due
   * again after the visibility timeout, in case this worker dies too.
   *
   * @param lookBackSeconds skips deliveries that have been due for longer; null takes any
   * @param options.end which deliveries come first when more than `limit` are due
   * @param options.parks parks the deliveries instead
   */
  async takeDue(
    limit: number,
    lookBackSeconds: number | null,
    { end = 'oldest', parks = false }: { readonly end?: DueEnd; readonly parks?: boolean } = {},
  ): Promise<TakenDue> {
    const rows = await this.hotPath.query<DueRow>(
      TAKE_DUE[end].with({
        limit,
        visibilitySeconds: this.settings.visibilityTimeout,
        lookBackSeconds,
        parks,
        ...leaseParameters(this.settings),
      }),
    );
    const those = (wanted: DueRow['became']): WakeUp[] =>
      rows
        .filter(({ became }) => became === wanted)
        .map((row) => ({
          id: row.id,
          subscriptionId: row.subscription_id,
          attemptCount: row.attempt_count,
          tenantId: row.tenant_id,
        }));
    return { wakeUps: those('woken'), failed: those('failed'), isComplete: rows.length < limit };
  }
}
