import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
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
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async findEvent(tenantId: string, id: Uuid): Promise<EventSummaryRow | null> {
    const rows = await this.dataSource.query<EventSummaryRow[]>(
      `select id, event_type, content_type, octet_length(payload) as payload_bytes from events
       where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  }

  async findPayload(tenantId: string, id: Uuid): Promise<PayloadRow | null> {
    const rows = await this.dataSource.query<PayloadRow[]>(
      'select content_type, payload from events where tenant_id = $1 and id = $2',
      [tenantId, id],
    );
    return rows[0] ?? null;
  }

  async hasSubscription(tenantId: string, id: Uuid): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'select 1 from subscriptions where tenant_id = $1 and id = $2',
      [tenantId, id],
    );
    return rows.length > 0;
  }
}
