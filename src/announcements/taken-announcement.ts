import { z } from 'zod';
import { isUuid } from '../shared/ids/uuid.js';
import { type Announcement, FAILING_STAGES, REPLAY_OUTCOMES } from './domain/announcement.js';

/** A row of the outbox. */
export interface AnnouncementRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly event_type: string;
  readonly data: unknown;
  readonly omitted: number;
  readonly occurred_at: Date;
}

/** An announcement that is to be published. */
export interface TakenAnnouncement {
  readonly id: string;
  readonly occurredAt: Date;
  /** Other failures of the tenant for which it stands. */
  readonly omitted: number;
  /** Null if a later version wrote it in a way that this one cannot read. */
  readonly content: Announcement | null;
}

const uuid = z.string().refine(isUuid);
const count = z.int().nonnegative();
const timeMs = z.number();
const error = z.object({ code: z.string(), message: z.string().nullable() });

/** Validates stored announcements, because another version of this service may have written them. */
const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('webhooks.delivery.failed'), data: z.object({ deliveryId: uuid }) }),
  z.object({
    type: z.literal('webhooks.subscription.failing'),
    data: z.object({
      subscriptionId: uuid,
      stage: z.enum(FAILING_STAGES),
      failingSinceMs: timeMs,
      consecutiveFailures: count,
      disablesAtMs: timeMs.nullable(),
      lastStatusCode: z.int().nullable(),
      lastError: error.nullable(),
    }),
  }),
  z.object({
    type: z.literal('webhooks.subscription.disabled'),
    data: z.object({
      subscriptionId: uuid,
      reason: z.string(),
      failingSinceMs: timeMs.nullable(),
      consecutiveFailures: count.nullable(),
    }),
  }),
  z.object({
    type: z.literal('webhooks.subscription.recovered'),
    data: z.object({ subscriptionId: uuid, failingSinceMs: timeMs, consecutiveFailures: count }),
  }),
  z.object({
    type: z.literal('webhooks.replay.finished'),
    data: z.object({
      replayId: z.string(),
      outcome: z.enum(REPLAY_OUTCOMES),
      matched: count,
      sent: count,
      delivered: count,
      failed: count,
      cancelled: count.optional(),
      skipped: count.optional(),
      startedAtMs: timeMs,
      finishedAtMs: timeMs,
    }),
  }),
]);

export function readAnnouncement(row: AnnouncementRow): TakenAnnouncement {
  const read = content.safeParse({ type: row.event_type, data: row.data }).data;
  return {
    id: row.id,
    occurredAt: row.occurred_at,
    omitted: row.omitted,
    content: read === undefined ? null : { tenantId: row.tenant_id, ...read },
  };
}
