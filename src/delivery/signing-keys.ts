import { type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { signingKey } from '../shared/crypto/signing-key.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from '../subscriptions/index.js';

const MAX_KEYS = 10_000;

/** Opens the secrets that sign deliveries, each once: a sealed secret never changes, so its key may be kept. */
@Injectable()
export class SigningKeys {
  private readonly keys = new LRUCache<string, KeyObject>({ max: MAX_KEYS });

  constructor(private readonly secretBox: SecretBox) {}

  /** @throws UnknownEncryptionKey when a secret was sealed under a key that this process does not have */
  of(secrets: readonly SealedSecret[], subscriptionId: Uuid): KeyObject[] {
    return secrets.map(({ box }) => {
      const name = `${subscriptionId}/${box}`;
      const known = this.keys.get(name);
      if (known) return known;
      const key = signingKey(this.secretBox.open(box, subscriptionId));
      this.keys.set(name, key);
      return key;
    });
  }
}
