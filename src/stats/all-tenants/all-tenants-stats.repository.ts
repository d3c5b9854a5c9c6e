import { Injectable } from '@nestjs/common';
import { Transactions } from '../../shared/database/transaction.js';
import { readStats, type StatsAsked, type StatsRows } from '../statements/read-stats.js';

/** Reads the statistics of all tenants, for callers who administer all of them. */
@Injectable()
export class AllTenantsStatsRepository {
  constructor(private readonly transactions: Transactions) {}

  /**
   * What is summed up and what is not yet, in one snapshot.
   *
   * @param tenantId the tenant whose share of the connections is used
   */
  read(tenantId: string, asked: StatsAsked): Promise<StatsRows> {
    return this.transactions.searchOnSnapshot(tenantId, (reader) =>
      readStats(reader, asked, (text, values) => reader.query(text, [null, ...values])),
    );
  }
}
