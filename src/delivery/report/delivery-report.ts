import { Injectable } from '@nestjs/common';
import { LiveFeed, type StreamStatus } from '../../live/index.js';
import { publicIdsOf, toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import type { AttemptErrorCode } from '../domain/attempt-outcome.js';

/** A delivery of which something is reported. */
export interface ReportedDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly tenantId: string;
  /** Absent if it was not read, as are the next two. */
  readonly eventType?: string;
  readonly tags?: readonly string[];
  readonly targetUrl?: string;
}

interface Reason {
  readonly code: AttemptErrorCode;
  readonly message: string | null;
}

const SUBSCRIPTION_DELETED: Reason = {
  code: 'subscription_gone',
  message: 'the subscription was deleted before this delivery was finished',
};
const CANCELLED_BY_CLIENT: Reason = { code: 'cancelled', message: 'a client cancelled this delivery' };
const ABANDONED: Reason = { code: 'abandoned', message: null };

/** Counts changes of deliveries that no attempt makes, and shows them to viewers. */
@Injectable()
export class DeliveryReport {
  constructor(
    private readonly metrics: Metrics,
    private readonly live: LiveFeed,
    private readonly clock: Clock,
  ) {}

  /** A client or a replay has opened a delivery. @param former public id of the one that it repeats; null for none */
  retried(delivery: ReportedDelivery, former: string | null): void {
    this.metrics.deliveriesCreated.inc();
    this.show([delivery], 'pending', null, former);
  }

  cancelledByClient(delivery: ReportedDelivery): void {
    this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' });
    this.show([delivery], 'cancelled', CANCELLED_BY_CLIENT);
  }

  /** They were cancelled because their subscription was deleted. */
  subscriptionDeleted(deliveries: readonly ReportedDelivery[]): void {
    if (deliveries.length === 0) return;
    this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' }, deliveries.length);
    this.show(deliveries, 'cancelled', SUBSCRIPTION_DELETED);
  }

  /** The due scan took some deliveries, and failed others because workers died during too many of their attempts. */
  due(woken: number, failed: readonly ReportedDelivery[]): void {
    this.metrics.dueScanTaken.inc(woken + failed.length);
    if (failed.length === 0) return;
    this.metrics.deliveriesFinished.inc({ outcome: 'failed' }, failed.length);
    this.show(failed, 'failed', ABANDONED);
  }

  private show(
    deliveries: readonly ReportedDelivery[],
    status: StreamStatus,
    error: Reason | null,
    retryOf: string | null = null,
  ): void {
    for (const { id, subscriptionId, tenantId, eventType, tags, targetUrl } of deliveries) {
      if (!this.live.isWatched(tenantId)) continue;
      const ids = publicIdsOf(id);
      this.live.publish(tenantId, {
        kind: 'delivery.changed',
        body: {
          delivery_id: ids.delivery,
          event_id: ids.event,
          subscription_id: toPublicId('sub', subscriptionId),
          event_type: eventType ?? null,
          tags: tags ?? null,
          target_host: targetUrl === undefined ? null : new URL(targetUrl).hostname,
          status,
          error,
          retry_of: retryOf,
          occurred_at: this.clock.now().toISOString(),
        },
      });
    }
  }
}
