import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import { Transactions } from '../../shared/database/transaction.js';
import { readStats, type StatsAsked, type StatsRows } from '../statements/read-stats.js';

/** Reads the statistics of one tenant. */
@Injectable()
export class StatsRepository {
  constructor(
    private readonly database: TenantDatabase,
    private readonly transactions: Transactions,
  ) {}

  /** What is summed up and what is not yet, in one snapshot. */
  read(tenantId: string, asked: StatsAsked): Promise<StatsRows> {
    return this.transactions.searchOnSnapshot(tenantId, (reader) =>
      readStats(reader, asked, (text, values) => this.database.query(tenantId, text, values, reader)),
    );
  }
}
