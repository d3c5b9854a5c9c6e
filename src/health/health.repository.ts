import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ConnectionCheck } from '../shared/database/connection-check.js';

/** Counting stops here, which bounds the cost of the query. */
const MAX_COUNTED = 100_000;

/** Deliveries that are due and that no worker holds. */
export interface Backlog {
  /** Number of deliveries; at most 100,000. */
  readonly due: number;
  /** Seconds since the oldest one became due; 0 if there is none. */
  readonly oldestDueSeconds: number;
}

@Injectable()
export class HealthRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connectionCheck: ConnectionCheck,
  ) {}

  /** @throws if PostgreSQL does not answer or accepts no writes, or sessions have lost their settings */
  serverVersion(): Promise<string> {
    return this.connectionCheck.assertUsable();
  }

  hasPendingMigrations(): Promise<boolean> {
    return this.dataSource.showMigrations();
  }

  /** Served by open_deliveries_due. */
  async backlog(): Promise<Backlog> {
    const [row] = await this.dataSource.query<Backlog[]>(
      `select (select count(*)::int from (select from open_deliveries ${IS_DUE} limit ${MAX_COUNTED}) due) as due,
         coalesce((select extract(epoch from now() - next_attempt_at)::float8 from open_deliveries ${IS_DUE}
           order by next_attempt_at limit 1), 0) as "oldestDueSeconds"`,
    );
    return row ?? { due: 0, oldestDueSeconds: 0 };
  }
}

const IS_DUE = 'where next_attempt_at <= now() and (state = 0 or lease_until <= now())';
