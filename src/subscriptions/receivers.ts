import { Injectable } from '@nestjs/common';
import type { SigningKey } from '../signing/index.js';
import { Settings } from '../shared/config/settings.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Clock } from '../shared/time/clock.js';
import { effectivePolicy } from './domain/delivery-policy.js';
import { liveSecrets } from './domain/sealed.js';
import { stateFrom, type SubscriptionState } from './domain/subscription-state.js';
import { SubscriptionNotFound } from './subscription.errors.js';
import { SubscriptionVault } from './subscription-vault.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** What it takes to send a request to the receiver of a subscription as deliveries do. */
export interface Receiver {
  readonly state: SubscriptionState;
  readonly targetUrl: string;
  /** The keys that sign now. */
  readonly keys: readonly SigningKey[];
  /** Custom headers with credentials, names and values alternating. */
  readonly headers: readonly string[];
  readonly timeoutMs: number;
}

/** Reads receivers, whatever the state of their subscriptions. Nothing is cached. */
@Injectable()
export class Receivers {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly vault: SubscriptionVault,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** @throws SubscriptionNotFound; UnknownEncryptionKey */
  async get(tenantId: string, id: Uuid): Promise<Receiver> {
    const stored = await this.repository.findById(tenantId, id);
    if (stored === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return {
      state: stateFrom(stored.state),
      targetUrl: stored.targetUrl,
      keys: liveSecrets(this.vault.signingKeys(id, stored.secrets), this.clock.nowMs()),
      headers: this.vault.openHeaders(id, stored),
      timeoutMs: effectivePolicy(stored, this.settings).timeoutMs,
    };
  }
}
