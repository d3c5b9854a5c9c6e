import { Injectable } from '@nestjs/common';
import type { TakenAnnouncement } from '../../announcements/index.js';
import { newEventUuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import { Clock } from '../../shared/time/clock.js';
import { PublishTargets } from '../../subscriptions/index.js';
import { requestFingerprint } from '../domain/request-fingerprint.js';
import { EventReport } from '../event-report.js';
import { EventWriter } from '../event-writer.js';
import { OperationalPayloads } from './operational-payloads.js';

/**
 * What became of an announcement: an event; none because a process that died had published it already, because nobody
 * asks for its type or more subscriptions do than an event can reach, because there is nothing to say, or because a
 * later version wrote it.
 */
export const ANNOUNCEMENT_OUTCOMES = [
  'published',
  'repeated',
  'unwanted',
  'too_many',
  'pointless',
  'unreadable',
  'failed',
] as const;
export type AnnouncementOutcome = (typeof ANNOUNCEMENT_OUTCOMES)[number];

/** Publishes announcements as events, in the same way as those of clients. */
@Injectable()
export class OperationalEvents {
  constructor(
    private readonly targets: PublishTargets,
    private readonly payloads: OperationalPayloads,
    private readonly writer: EventWriter,
    private readonly report: EventReport,
    private readonly clock: Clock,
  ) {}

  /**
   * Publishes one event to all subscriptions that ask for it. May be repeated: the idempotency key, which is committed
   * with the event, keeps a second one from being accepted for a day.
   *
   * @throws Unavailable, and errors of PostgreSQL; then nothing may have been published
   */
  async publish({ id, occurredAt, omitted, content }: TakenAnnouncement): Promise<AnnouncementOutcome> {
    if (content === null) return 'unreadable';
    const { tenantId, type: eventType } = content;
    const { count, ids } = await this.targets.getAudience(tenantId, eventType);
    if (count === 0) return 'unwanted';
    if (count > LIMITS.deliveriesPerEvent) return 'too_many';
    const nowMs = this.clock.nowMs();
    const eventId = newEventUuid(nowMs);
    const made = await this.payloads.make({ eventId, occurredAt, nowMs }, content, omitted);
    if (made === null) return 'pointless';
    // Nobody can guess it, so no client can take it before.
    const key = `announcement:${id}`;
    const event = {
      id: eventId,
      tenantId,
      eventType,
      tags: [],
      contentType: 'application/json',
      payload: Buffer.from(JSON.stringify(made)),
      addressing: 'all' as const,
      idempotency: { key, fingerprint: requestFingerprint([key]) },
    };
    const deliveryCount = await this.writer.write(event, ids);
    if (deliveryCount === null) return 'repeated';
    const { length: bytes } = event.payload;
    this.report.accepted({ requestId: key, tenantId, id: eventId, eventType, tags: [], bytes, deliveryCount });
    return 'published';
  }
}
