import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Uuid } from '../../shared/ids/uuid.js';

/** How far an unfinished delivery is. */
export interface OpenDeliveryRow {
  state: number;
  attempt_count: number;
  /** `Infinity` while the delivery is parked. */
  next_attempt_at: Date | number;
}

/** Reads unfinished deliveries. Much cheaper than the history, which looks through partitions. */
@Injectable()
export class OpenDeliveryRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Served by the primary key. Null once the delivery is finished. */
  async find(tenantId: string, id: Uuid): Promise<OpenDeliveryRow | null> {
    const text = `select state, attempt_count, next_attempt_at from open_deliveries where tenant_id = $1 and id = $2`;
    const [row] = await this.database.query<OpenDeliveryRow>(tenantId, text, [id]);
    return row ?? null;
  }
}
