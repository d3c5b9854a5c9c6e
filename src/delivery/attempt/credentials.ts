import { Injectable } from '@nestjs/common';
import type { SigningKey } from '../../signing/index.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { liveSecrets, SubscriptionVault } from '../../subscriptions/index.js';
import type { ClaimedSubscription } from '../domain/claimed-delivery.js';

interface Opened {
  readonly keys: ReturnType<SubscriptionVault['signingKeys']>;
  /** Alternating names and values. */
  readonly headers: readonly string[];
}

/** Decrypts the secrets of subscriptions, once for each version of a subscription that was read. */
@Injectable()
export class Credentials {
  private readonly opened = new WeakMap<ClaimedSubscription, Opened>();

  constructor(private readonly vault: SubscriptionVault) {}

  /**
   * Returns the currently valid signing keys and the custom headers of a subscription.
   *
   * @throws UnknownEncryptionKey when a value was encrypted with a key that this process does not have
   */
  of(
    subscription: ClaimedSubscription,
    id: Uuid,
    nowMs: number,
  ): { keys: readonly SigningKey[]; headers: readonly string[] } {
    let opened = this.opened.get(subscription);
    if (opened === undefined) {
      opened = {
        keys: this.vault.signingKeys(id, subscription.secrets),
        headers: this.vault.openHeaders(id, subscription),
      };
      this.opened.set(subscription, opened);
    }
    return { keys: liveSecrets(opened.keys, nowMs), headers: opened.headers };
  }
}
