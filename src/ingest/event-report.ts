import { Injectable } from '@nestjs/common';
import { LiveFeed } from '../live/index.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Clock } from '../shared/time/clock.js';

interface AcceptedEvent {
  readonly requestId: string;
  readonly tenantId: string;
  readonly id: Uuid;
  readonly eventType: string;
  readonly tags: readonly string[];
  /** Size of the payload. */
  readonly bytes: number;
  readonly deliveryCount: number;
}

/** Logs and counts accepted events, and shows them to viewers. */
@Injectable()
export class EventReport {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly live: LiveFeed,
    private readonly clock: Clock,
  ) {}

  accepted({ requestId, tenantId, id, eventType, tags, bytes, deliveryCount }: AcceptedEvent): void {
    this.metrics.eventsAccepted.inc();
    if (deliveryCount === 0) this.metrics.eventsUnmatched.inc();
    else this.metrics.deliveriesCreated.inc(deliveryCount);
    this.logger.info(
      {
        event_id: toPublicId('evt', id),
        tenant_id: tenantId,
        event_type: eventType,
        deliveries: deliveryCount,
        bytes,
        request_id: requestId,
      },
      'event.accepted',
    );
    if (!this.live.isWatched(tenantId)) return;
    this.live.publish(tenantId, {
      kind: 'event.accepted',
      body: {
        event_id: toPublicId('evt', id),
        event_type: eventType,
        tags,
        deliveries: deliveryCount,
        payload_bytes: bytes,
        occurred_at: this.clock.now().toISOString(),
      },
    });
  }

  /** An event reached nobody, and the reason could not be found out. */
  unexplained({ tenantId, eventType }: Pick<AcceptedEvent, 'tenantId' | 'eventType'>, error: unknown): void {
    this.logger.warn({ err: error, tenant_id: tenantId, event_type: eventType }, 'event.unexplained');
  }
}
