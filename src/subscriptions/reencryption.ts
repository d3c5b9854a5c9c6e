import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../access/index.js';
import { Settings } from '../shared/config/settings.js';
import { UnknownEncryptionKey } from '../shared/crypto/secret-box.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionVault } from './subscription-vault.js';

const BATCH = 200;

interface Batch {
  /** Id of the last row; null if no other batch follows. */
  readonly last: Uuid | null;
  readonly seen: number;
  readonly changed: number;
  /** Subscriptions that need a key that is lost for good. */
  readonly lost: number;
  /** Tenants whose subscriptions were changed. */
  readonly tenants: ReadonlySet<string>;
}

/** Re-encrypts everything with the current encryption key, so that previous keys can be discarded. */
@Injectable()
export class Reencryption {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly vault: SubscriptionVault,
    private readonly cache: SubscriptionCache,
    private readonly audit: AuditTrail,
    private readonly settings: Settings,
  ) {}

  /**
   * Can run while the service runs, and can be repeated.
   *
   * @returns numbers of subscriptions; `lost` are those that need one of LOST_ENCRYPTION_KEYS, and stay as they are
   * @throws UnknownEncryptionKey if a previous key is missing; batches that are already committed stay re-encrypted
   */
  async run(): Promise<{ subscriptions: number; changed: number; lost: number }> {
    let after: Uuid | null = null;
    let subscriptions = 0;
    let changed = 0;
    let lost = 0;
    await this.cache.connected();
    for (;;) {
      const batch: Batch = await this.runBatch(after);
      subscriptions += batch.seen;
      changed += batch.changed;
      lost += batch.lost;
      // Cached entries are still encrypted with the previous key, which the next process may no longer have.
      for (const tenantId of batch.tenants) await this.cache.invalidate(tenantId);
      if (batch.last === null) return { subscriptions, changed, lost };
      after = batch.last;
    }
  }

  private runBatch(after: Uuid | null): Promise<Batch> {
    return this.audit.ownChange(null, async (tx, record) => {
      const rows = await this.repository.lockSealed(tx, after, BATCH);
      const tenants = new Set<string>();
      let changed = 0;
      let lost = 0;
      for (const row of rows) {
        const resealed = this.reseal(row);
        if (resealed === 'lost') lost += 1;
        if (resealed === 'lost' || resealed === null) continue;
        await this.repository.update(tx, row, resealed);
        tenants.add(row.tenantId);
        changed += 1;
      }
      // One audit entry per tenant and transaction is enough, because the decrypted content is unchanged.
      for (const tenantId of tenants) {
        const fields = ['secrets', 'headers', 'auth'];
        await record({ action: 'subscription.reencrypted', target: tenantId, changed: fields, tenantId });
      }
      return {
        last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null),
        seen: rows.length,
        changed,
        lost,
        tenants,
      };
    });
  }

  private reseal(row: SubscriptionEntity): ReturnType<SubscriptionVault['reseal']> | 'lost' {
    try {
      return this.vault.reseal(row.id, row);
    } catch (error) {
      const isLost = error instanceof UnknownEncryptionKey && this.settings.lostEncryptionKeys.includes(error.keyId);
      if (isLost) return 'lost';
      throw error;
    }
  }
}
