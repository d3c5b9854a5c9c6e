import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

/** Counting stops here: more than this says "very many", and must not cost more to say. */
const MAX_COUNTED = 100_000;

@Injectable()
export class HealthRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws when PostgreSQL does not answer */
  async serverVersion(): Promise<string> {
    const [row] = await this.dataSource.query<{ server_version: string }[]>('show server_version');
    return row?.server_version ?? 'unknown';
  }

  hasPendingMigrations(): Promise<boolean> {
    return this.dataSource.showMigrations();
  }

  /** Deliveries that are due and in nobody's hands, at most 100,000. Served by open_deliveries_due. */
  async countDue(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `select count(*)::int as count from (select 1 from open_deliveries ${IS_DUE} limit ${MAX_COUNTED}) due`,
    );
    return row?.count ?? 0;
  }

  /** Seconds since the oldest due delivery became due; 0 when there is none. Served by open_deliveries_due. */
  async oldestDueSeconds(): Promise<number> {
    const [row] = await this.dataSource.query<{ seconds: number }[]>(
      `select extract(epoch from now() - next_attempt_at)::float8 as seconds from open_deliveries ${IS_DUE}
       order by next_attempt_at limit 1`,
    );
    return row?.seconds ?? 0;
  }
}

const IS_DUE = 'where next_attempt_at <= now() and (state = 0 or lease_until <= now())';
