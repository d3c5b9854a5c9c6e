import { type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { signingKey } from '../shared/crypto/signing-key.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from '../subscriptions/index.js';

/** Opens the secrets that sign deliveries, once for each version of a subscription that was read. */
@Injectable()
export class SigningKeys {
  private readonly keys = new WeakMap<readonly SealedSecret[], KeyObject[]>();

  constructor(private readonly secretBox: SecretBox) {}

  /** @throws UnknownEncryptionKey when a secret was sealed under a key that this process does not have */
  of(secrets: readonly SealedSecret[], subscriptionId: Uuid): readonly KeyObject[] {
    const known = this.keys.get(secrets);
    if (known) return known;
    const keys = secrets.map(({ box }) => signingKey(this.secretBox.open(box, subscriptionId)));
    this.keys.set(secrets, keys);
    return keys;
  }
}
