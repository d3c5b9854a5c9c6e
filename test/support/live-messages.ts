import type { AttemptedMessage, Message } from '../../src/live/dto/stream-messages.js';
import { MemoryLog } from '../../src/live/memory-log.js';
import type { Batch, Entry } from '../../src/live/domain/batch.js';
import type { EntryId } from '../../src/live/domain/position.js';

/** An event that was accepted now. */
export function anAccepted(eventId: string, eventType = 'order.created'): Message {
  const body = { event_id: eventId, event_type: eventType, tags: [], deliveries: 1, payload_bytes: 2 };
  return { kind: 'event.accepted', body: { ...body, occurred_at: new Date().toISOString() } };
}

/** An attempt that failed with a 503 and is retried. */
export function anAttempted(given: Partial<AttemptedMessage> = {}): Message {
  return {
    kind: 'delivery.attempted',
    body: {
      delivery_id: 'dlv_01k6zv1yqpe7rtqq6zjy200001',
      event_id: 'evt_01k6zv1yqpe7rtqq6zjy200000',
      subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
      event_type: 'order.created',
      tags: ['order-1234'],
      target_host: 'hooks.example.com',
      status: 'retrying',
      attempt: 1,
      max_attempts: 5,
      status_code: 503,
      error: { code: 'bad_status', message: 'the receiver answered 503' },
      duration_ms: 12,
      next_attempt_at: '2026-01-31T12:00:10.000Z',
      occurred_at: '2026-01-31T12:00:00.000Z',
      ...given,
    },
  };
}

/** A batch of another process. */
export function aBatch(messages: readonly Message[], given: Partial<Batch> = {}): Batch {
  return { key: `other/${(made += 1)}`, messages, skipped: 0, lostSince: null, ...given };
}

let made = 0;

/** The log of one process, which tests can disturb like a Redis. */
export class FaultyLog extends MemoryLog {
  /** What does not reach it. */
  away: 'nothing' | 'appends' | 'reads' | 'everything' = 'nothing';
  /** Appends that were tried. */
  tried = 0;
  /** Appends wait for this. */
  untilAppended: Promise<unknown> = Promise.resolve();

  override async announce(tenantIds: readonly string[]): Promise<void> {
    this.refuse('everything');
    await super.announce(tenantIds);
  }

  override async append(tenantId: string, batch: Batch): Promise<EntryId> {
    this.tried += 1;
    await this.untilAppended;
    this.refuse('appends', 'everything');
    return super.append(tenantId, batch);
  }

  /** As another process does. */
  appendElsewhere(tenantId: string, batch: Batch): Promise<EntryId> {
    return super.append(tenantId, batch);
  }

  override async list(tenantId: string, from: EntryId, count: number): Promise<Entry[]> {
    this.refuse('everything');
    return super.list(tenantId, from, count);
  }

  override async read(after: ReadonlyMap<string, EntryId>, waitMs: number): Promise<Map<string, Entry[]>> {
    this.refuse('reads', 'everything');
    return super.read(after, waitMs);
  }

  /** Forgets all entries, as a Redis that was restarted. */
  lose(): void {
    super.close();
  }

  private refuse(...what: FaultyLog['away'][]): void {
    if (what.includes(this.away)) throw new Error('The log is away');
  }
}
