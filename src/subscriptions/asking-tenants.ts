import { Injectable } from '@nestjs/common';
import { Transactions } from '../shared/database/transaction.js';
import { Logger } from '../shared/logging/logger.js';
import { Clock } from '../shared/time/clock.js';
import { patternsWanting } from './domain/event-type-pattern.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

const LIFE_MS = 5000;
/** With more of them, every tenant counts as one. */
const MAX_TENANTS = 100_000;

interface Known {
  readonly tenants: ReadonlySet<string>;
  readonly untilMs: number;
}

/** Tells which tenants have a subscription that gets an operational event, without a look-up for each. */
@Injectable()
export class AskingTenants {
  private readonly known = new Map<string, Known>();
  private readonly reading = new Set<string>();
  /** Grows with each change of subscriptions, so that what was read before it is not kept. */
  private changes = 0;

  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly transactions: Transactions,
    cache: SubscriptionCache,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    cache.onChange(() => {
      this.changes += 1;
      this.known.clear();
    });
  }

  /**
   * Whether an event of the type may have a receiver. Never waits: true if that is not known now, and then it is read
   * in the background. What is known is at most five seconds old, or older than no change that Redis told of.
   */
  mayAsk(tenantId: string, eventType: string): boolean {
    const known = this.known.get(eventType);
    if (known !== undefined && this.clock.monotonicMs() < known.untilMs) return known.tenants.has(tenantId);
    if (!this.reading.has(eventType)) void this.read(eventType);
    return true;
  }

  /** Never throws: until a later call succeeds, nothing is known. */
  private async read(eventType: string): Promise<void> {
    this.reading.add(eventType);
    try {
      const startedMs = this.clock.monotonicMs();
      const { changes } = this;
      const patterns = patternsWanting(eventType);
      const tenants = await this.transactions.run(null, (tx) => {
        return this.repository.findTenantsWanting(tx, patterns, MAX_TENANTS + 1);
      });
      if (tenants.length > MAX_TENANTS || changes !== this.changes) this.known.delete(eventType);
      else this.known.set(eventType, { tenants: new Set(tenants), untilMs: startedMs + LIFE_MS });
    } catch (error) {
      this.logger.warn({ err: error, event_type: eventType }, 'subscriptions.asking_unknown');
    } finally {
      this.reading.delete(eventType);
    }
  }
}
