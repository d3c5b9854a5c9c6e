import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { WriteCheck } from '../shared/database/write-check.js';

/** Counting stops here: more than this says "very many", and must not cost more to say. */
const MAX_COUNTED = 100_000;

/** Deliveries that are due and in nobody's hands. */
export interface Backlog {
  /** At most 100,000. */
  readonly due: number;
  /** How long the oldest of them has been due; 0 when there is none. */
  readonly oldestDueSeconds: number;
}

@Injectable()
export class HealthRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly writeCheck: WriteCheck,
  ) {}

  /** @throws when PostgreSQL does not answer, or takes no writes */
  serverVersion(): Promise<string> {
    return this.writeCheck.assertWritable();
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
