import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import type { Uuid } from '../shared/ids/uuid.js';

export interface EventSummary {
  readonly id: Uuid;
  readonly eventType: string;
  readonly contentType: string;
  readonly payloadBytes: number;
  readonly deliveryCount: number;
  readonly idempotencyKey: string | null;
  /** Null for none. */
  readonly tags: readonly string[] | null;
}

/** How an event was addressed; null in one that an earlier version accepted. */
export interface EventAddressing {
  readonly addressing: number | null;
  /** Number of its deliveries, manual retries included. */
  readonly deliveryCount: number;
}

export interface Payload {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Reads events. Served by the primary key. */
@Injectable()
export class EventHistoryRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Reads events, newest first, without those that do not exist. */
  listSummaries(tenantId: string, ids: readonly Uuid[]): Promise<EventSummary[]> {
    return this.database.query<EventSummary>(
      tenantId,
      `select id, event_type as "eventType", content_type as "contentType", octet_length(payload) as "payloadBytes",
         delivery_count as "deliveryCount", idempotency_key as "idempotencyKey", tags
       from events where tenant_id = $1 and id = any($2::uuid[]) order by id desc`,
      [ids],
    );
  }

  async findAddressing(tenantId: string, id: Uuid): Promise<EventAddressing | null> {
    const [found] = await this.database.query<EventAddressing>(
      tenantId,
      'select addressing, delivery_count as "deliveryCount" from events where tenant_id = $1 and id = $2',
      [id],
    );
    return found ?? null;
  }

  async findPayload(tenantId: string, id: Uuid): Promise<Payload | null> {
    const [payload] = await this.database.query<Payload>(
      tenantId,
      'select content_type as "contentType", payload as bytes from events where tenant_id = $1 and id = $2',
      [id],
    );
    return payload ?? null;
  }
}
