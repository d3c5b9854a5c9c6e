import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../access/index.js';
import { Transactions } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionVault } from './subscription-vault.js';

const BATCH = 200;

interface Batch {
  /** Null when no other batch follows. */
  readonly last: Uuid | null;
  readonly seen: number;
  readonly changed: number;
  /** Whose subscriptions were changed. */
  readonly tenants: ReadonlySet<string>;
}

/** Puts everything that is encrypted under the key that seals now, so that former keys can be thrown away. */
@Injectable()
export class Reencryption {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly vault: SubscriptionVault,
    private readonly cache: SubscriptionCache,
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
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
    await this.cache.connected();
    for (;;) {
      const batch: Batch = await this.runBatch(after);
      subscriptions += batch.seen;
      changed += batch.changed;
      // What is cached is still under the former key, which the next process may not have any more.
      for (const tenantId of batch.tenants) await this.cache.invalidate(tenantId);
      if (batch.last === null) return { subscriptions, changed };
      after = batch.last;
    }
  }

  private runBatch(after: Uuid | null): Promise<Batch> {
    return this.transactions.run(null, async (tx) => {
      const rows = await this.repository.lockSealed(tx, after, BATCH);
      const tenants = new Set<string>();
      let changed = 0;
      for (const row of rows) {
        const resealed = this.vault.reseal(row.id, row);
        if (resealed === null) continue;
        await this.repository.update(tx, row, resealed);
        tenants.add(row.tenantId);
        changed += 1;
      }
      // One for all of a tenant's in this transaction: they got another key, and nothing in them is another than
      // before.
      for (const tenantId of tenants) {
        const deed = {
          action: 'subscription.reencrypted',
          target: tenantId,
          changed: ['secrets', 'headers', 'auth'],
        } as const;
        await this.audit.writeOwn(tx, tenantId, deed);
      }
      return { last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null), seen: rows.length, changed, tenants };
    });
  }
}
