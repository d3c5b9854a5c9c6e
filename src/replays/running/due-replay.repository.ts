import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Uuid } from '../../shared/ids/uuid.js';

/** Which replay it is, of which tenant. */
export interface ReplayKey {
  readonly id: Uuid;
  readonly tenantId: string;
}

/** What there is to do. */
interface DueReplays {
  /** Those that are due, longest due first. */
  readonly due: readonly ReplayKey[];
  /** Milliseconds until the next of the others is due; null if there is none. */
  readonly nextInMs: number | null;
}

/** Finds replays of all tenants for workers. Changes nothing. */
@Injectable()
export class DueReplayRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Served by replays_due. */
  async list(limit: number): Promise<DueReplays> {
    const rows = await this.dataSource.query<{ id: Uuid; tenant_id: string; in_ms: number }[]>(
      `select id, tenant_id, (extract(epoch from due_at - now()) * 1000)::float8 as in_ms from replays
       where not is_settled order by due_at limit $1`,
      [limit],
    );
    const due = rows.filter(({ in_ms }) => in_ms <= 0).map(({ id, tenant_id: tenantId }) => ({ id, tenantId }));
    return { due, nextInMs: rows.find(({ in_ms }) => in_ms > 0)?.in_ms ?? null };
  }

  /** Counts replays that send. */
  async countRunning(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `select count(*)::int as count from replays where not is_settled and state = 'running' and all_sent_at is null`,
    );
    return row?.count ?? 0;
  }

  /** Lists replays that ended before a time. Served by replays_finished. */
  async listFinishedBefore(time: Date, limit: number): Promise<ReplayKey[]> {
    const rows = await this.dataSource.query<{ id: Uuid; tenant_id: string }[]>(
      'select id, tenant_id from replays where is_settled and finished_at < $1 order by finished_at limit $2',
      [time, limit],
    );
    return rows.map(({ id, tenant_id: tenantId }) => ({ id, tenantId }));
  }
}
