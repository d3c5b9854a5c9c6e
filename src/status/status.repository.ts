import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import type { Uuid } from '../shared/ids/uuid.js';

export interface EventSummaryRow {
  readonly id: Uuid;
  readonly event_type: string;
  readonly content_type: string;
  readonly payload_bytes: number;
}

export interface PayloadRow {
  readonly content_type: string;
  readonly payload: Buffer;
}

/** Reads events. */
@Injectable()
export class StatusRepository {
  constructor(private readonly database: TenantDatabase) {}

  async findEvent(tenantId: string, id: Uuid): Promise<EventSummaryRow | null> {
    const rows = await this.database.query<EventSummaryRow>(
      tenantId,
      `select id, event_type, content_type, octet_length(payload) as payload_bytes from events
       where tenant_id = $1 and id = $2`,
      [id],
    );
    return rows[0] ?? null;
  }

  async findPayload(tenantId: string, id: Uuid): Promise<PayloadRow | null> {
    const rows = await this.database.query<PayloadRow>(
      tenantId,
      'select content_type, payload from events where tenant_id = $1 and id = $2',
      [id],
    );
    return rows[0] ?? null;
  }

  async hasSubscription(tenantId: string, id: Uuid): Promise<boolean> {
    const rows = await this.database.query<unknown>(
      tenantId,
      'select 1 from subscriptions where tenant_id = $1 and id = $2',
      [id],
    );
    return rows.length > 0;
  }
}
