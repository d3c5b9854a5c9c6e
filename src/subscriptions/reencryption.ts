import { Injectable } from '@nestjs/common';
import { Transactions } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionVault } from './subscription-vault.js';

const BATCH = 200;

/** Puts everything that is encrypted under the key that seals now, so that former keys can be thrown away. */
@Injectable()
export class Reencryption {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly vault: SubscriptionVault,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Safe to run beside the service, and again.
   *
   * @throws UnknownEncryptionKey when a former key is missing; what was done before stays done
   */
  async run(): Promise<{ subscriptions: number; changed: number }> {
    let after: Uuid | null = null;
    let subscriptions = 0;
    let changed = 0;
    for (;;) {
      const batch: { last: Uuid | null; seen: number; changed: number } = await this.runBatch(after);
      subscriptions += batch.seen;
      changed += batch.changed;
      if (batch.last === null) return { subscriptions, changed };
      after = batch.last;
    }
  }

  private runBatch(after: Uuid | null): Promise<{ last: Uuid | null; seen: number; changed: number }> {
    return this.transactions.run(async (tx) => {
      const rows = await this.repository.lockSealed(tx, after, BATCH);
      let changed = 0;
      for (const row of rows) {
        const resealed = this.vault.reseal(row.id, row);
        if (resealed === null) continue;
        await this.repository.update(tx, row, resealed);
        changed += 1;
      }
      return { last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null), seen: rows.length, changed };
    });
  }
}
