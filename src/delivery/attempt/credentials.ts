import { Injectable } from '@nestjs/common';
import type { SigningKey } from '../../signing/index.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { headersWithout, liveSecrets, SubscriptionVault } from '../../subscriptions/index.js';
import type { ClaimedSubscription } from '../domain/claimed-delivery.js';
import { HIDDEN, keptOwnHeaders } from '../domain/sent-request.js';

interface Opened {
  readonly keys: ReturnType<SubscriptionVault['signingKeys']>;
  /** Alternating names and values. */
  readonly headers: readonly string[];
  /** The same without hidden values, as attempts keep them. */
  readonly kept: string;
}

/** Decrypts the secrets of subscriptions, once for each version of a subscription that was read. */
@Injectable()
export class Credentials {
  private readonly opened = new WeakMap<ClaimedSubscription, Opened>();

  constructor(private readonly vault: SubscriptionVault) {}

  /**
   * Returns the currently valid signing keys and the custom headers of a subscription, as sent and as kept.
   *
   * @throws UnknownEncryptionKey when a value was encrypted with a key that this process does not have
   */
  of(
    subscription: ClaimedSubscription,
    id: Uuid,
    nowMs: number,
  ): { keys: readonly SigningKey[]; headers: readonly string[]; kept: string } {
    let opened = this.opened.get(subscription);
    if (opened === undefined) {
      opened = {
        keys: this.vault.signingKeys(id, subscription.secrets),
        headers: this.vault.openHeaders(id, subscription),
        kept: keptOwnHeaders(headersWithout(subscription, HIDDEN)),
      };
      this.opened.set(subscription, opened);
    }
    return { ...opened, keys: liveSecrets(opened.keys, nowMs) };
  }
}
