import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { UnknownEncryptionKey } from '../shared/crypto/secret-box.js';
import { Transactions } from '../shared/database/transaction.js';
import { StartRefused } from '../shared/errors/start-refused.js';
import { Logger } from '../shared/logging/logger.js';
import { type SealedRow, SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionVault } from './subscription-vault.js';

/**
 * Number of the oldest and of the newest subscriptions to check. Old ones reveal a missing former key, new ones a
 * missing current key.
 */
const CHECKED = 200;

export class UnreadableSecrets extends StartRefused {
  constructor(keyIds: readonly string[], cause: unknown) {
    const ids = keyIds.join(',');
    super(
      `Stored secrets are encrypted with a key that is not set (id ${ids}). Add it to ENCRYPTION_KEYS, behind the ` +
        `current key. If it is lost for good, set LOST_ENCRYPTION_KEYS=${ids}, and set the secrets, headers and auth ` +
        'of those subscriptions again.',
      { cause },
    );
  }
}

/** Opens stored secrets once at the start, because a process with another key would only postpone their deliveries. */
@Injectable()
export class StoredSecretsCheck implements OnModuleInit {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly transactions: Transactions,
    private readonly vault: SubscriptionVault,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {}

  /** @throws UnreadableSecrets */
  async onModuleInit(): Promise<void> {
    const sample = await this.transactions.run(null, (tx) => this.repository.sampleSealed(tx, CHECKED));
    const missing = new Map<string, UnknownEncryptionKey>();
    for (const error of sample.flatMap((row) => this.missingKeys(row))) missing.set(error.keyId, error);
    const { lostEncryptionKeys } = this.settings;
    const unexpected = [...missing].filter(([keyId]) => !lostEncryptionKeys.includes(keyId));
    const [first] = unexpected;
    if (first !== undefined)
      throw new UnreadableSecrets(
        unexpected.map(([keyId]) => keyId),
        first[1],
      );
    if (missing.size > 0) this.logger.warn({ keys: [...missing.keys()] }, 'encryption_key.lost');
  }

  private missingKeys({ id, secrets, headers, auth }: SealedRow): UnknownEncryptionKey[] {
    const openings = [
      ...secrets.map((secret) => () => this.vault.openSecret(id, secret)),
      () => this.vault.openHeaders(id, { headers, auth }),
    ];
    return openings.flatMap((open) => {
      try {
        open();
        return [];
      } catch (error) {
        // Other errors concern one box only, and are reported when it is needed.
        return error instanceof UnknownEncryptionKey ? [error] : [];
      }
    });
  }
}
