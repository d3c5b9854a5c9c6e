import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { type DueEnd, TAKE_DUE } from './statements/take-due.js';

interface DueRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
  attempt_count: number;
  became: 'woken' | 'failed' | 'held' | 'scattered';
}

/** What a look at what is due brought. */
interface TakenDue {
  readonly wakeUps: WakeUp[];
  /** How many deliveries ended because too many of their attempts were cut short. */
  readonly failed: number;
  /** There was no more than this. */
  readonly isComplete: boolean;
}

@Injectable()
export class DueRepository {
  constructor(
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {}

  /**
   * Takes deliveries that are due: retries, those whose worker died, those that the queue lost. Their due time moves
   * ahead by the visibility timeout.
   *
   * @param lookBackSeconds leaves alone what has been due for longer; null looks at everything
   * @param options.end which are taken first when more are due than the limit
   * @param options.parks parks what it takes
   */
  async takeDue(
    limit: number,
    lookBackSeconds: number | null,
    { end = 'oldest', parks = false }: { readonly end?: DueEnd; readonly parks?: boolean } = {},
  ): Promise<TakenDue> {
    const rows = await this.hotPath.query<DueRow>(
      TAKE_DUE[end].with({ limit, visibilitySeconds: this.settings.visibilityTimeout, lookBackSeconds, parks }),
    );
    const wakeUps = rows
      .filter(({ became }) => became === 'woken')
      .map((row) => ({
        id: row.id,
        subscriptionId: row.subscription_id,
        attemptCount: row.attempt_count,
        tenantId: row.tenant_id,
      }));
    const failed = rows.filter(({ became }) => became === 'failed').length;
    return { wakeUps, failed, isComplete: rows.length < limit };
  }
}
