import { Injectable } from '@nestjs/common';
import type { Within } from '../access/index.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { Page } from '../shared/http/page.js';
import type {
  ListedSubscriptionAnswer,
  SubscriptionAnswer,
  SubscriptionWithHealthAnswer,
} from './dto/subscription-answer.js';
import type { DetailedSubscriptionHealthAnswer, SubscriptionHealthAnswer } from './dto/subscription-health.js';
import type { SubscriptionQuery } from './dto/subscription-query.js';
import { SubscriptionsService } from './subscriptions.service.js';

/** Tells the health of subscriptions. Implemented where deliveries and statistics are known. */
export interface HealthSource {
  /** In the order of the subscriptions. */
  list(tenantId: string, subscriptions: readonly SubscriptionAnswer[]): Promise<SubscriptionHealthAnswer[]>;
  get(tenantId: string, subscription: SubscriptionAnswer): Promise<DetailedSubscriptionHealthAnswer>;
}

/** Reads subscriptions together with their health. */
@Injectable()
export class SubscriptionHealth {
  private source: HealthSource | undefined;

  constructor(private readonly subscriptions: SubscriptionsService) {}

  /** Registers where the health comes from. */
  tellBy(source: HealthSource): void {
    this.source = source;
  }

  /** @throws SubscriptionNotFound */
  async get(tenantId: string, id: Uuid): Promise<SubscriptionWithHealthAnswer> {
    const subscription = await this.subscriptions.get(tenantId, id);
    return { ...subscription, health: await this.known.get(tenantId, subscription) };
  }

  /**
   * @param within the only subscriptions that may be seen; null for all of the tenant
   * @throws MalformedCursor
   */
  async list(
    tenantId: string,
    query: SubscriptionQuery,
    within: Within = null,
  ): Promise<Page<ListedSubscriptionAnswer>> {
    const page = await this.subscriptions.list(tenantId, query, within);
    const healths = page.data.length === 0 ? [] : await this.known.list(tenantId, page.data);
    const data = healths.flatMap((health, index) => {
      const subscription = page.data[index];
      return subscription === undefined ? [] : [{ ...subscription, health }];
    });
    return { ...page, data };
  }

  private get known(): HealthSource {
    if (this.source === undefined) throw new Error('No module tells the health of subscriptions');
    return this.source;
  }
}
