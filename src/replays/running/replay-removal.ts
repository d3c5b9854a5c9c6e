import { Injectable } from '@nestjs/common';
import { ReplayedDeliveries } from '../../delivery/index.js';
import { Transactions } from '../../shared/database/transaction.js';
import { inGroups } from '../../shared/time/janitor.js';
import { ReplayRepository } from '../replay.repository.js';
import type { ReplayKey } from './due-replay.repository.js';

/** Maximum deliveries that one transaction forgets. */
const GROUP = 5000;

/** Removes a replay. The deliveries that it has made stay in the history. */
@Injectable()
export class ReplayRemoval {
  constructor(
    private readonly repository: ReplayRepository,
    private readonly replayed: ReplayedDeliveries,
    private readonly transactions: Transactions,
  ) {}

  async remove({ id, tenantId }: ReplayKey, isStopped: () => boolean): Promise<void> {
    await inGroups(
      GROUP,
      () => this.transactions.run(tenantId, (tx) => this.replayed.forget(tx, tenantId, id, GROUP)),
      isStopped,
    );
    if (!isStopped()) await this.transactions.run(tenantId, (tx) => this.repository.remove(tx, tenantId, id));
  }
}
