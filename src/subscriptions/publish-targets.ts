import { Injectable } from '@nestjs/common';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { Audience } from './audience.js';
import { type NoDeliveries, noDeliveries } from './domain/no-deliveries.js';
import type { PublishTarget } from './publish-target.js';
import { readAudience, readSubscribedTypes, readTarget } from './stored-look-ups.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionNotFound } from './subscription.errors.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** What publishing needs of subscriptions, from the cache. */
@Injectable()
export class PublishTargets {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly cache: SubscriptionCache,
  ) {}

  /** @throws SubscriptionNotFound */
  async get(tenantId: string, id: Uuid): Promise<PublishTarget> {
    const target = await this.cache.get(tenantId, id, {
      load: () => this.repository.findTarget(tenantId, id),
      read: (stored) => readTarget(stored, id),
    });
    if (target === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return target;
  }

  /** Returns the active and paused subscriptions that want an event type. */
  getAudience(tenantId: string, eventType: string): Promise<Audience> {
    // The cache key differs from that of earlier versions, which stored a list of ids and cannot read this format.
    return this.cache.get(tenantId, `audience:${eventType}`, {
      load: () => this.repository.findAudience(tenantId, eventType),
      read: readAudience,
    });
  }

  /**
   * Says why no subscription gets an event. One look-up serves all types, so a flood of misspelt ones stays cheap.
   *
   * @param mayRead whether the publisher may know what others subscribe to
   */
  async explainNoDeliveries(tenantId: string, eventType: string, mayRead: boolean): Promise<NoDeliveries> {
    const subscribed = await this.cache.get(tenantId, 'subscribed-types', {
      load: () => this.repository.findSubscribedTypes(tenantId),
      read: readSubscribedTypes,
    });
    return noDeliveries(eventType, subscribed, mayRead);
  }
}
