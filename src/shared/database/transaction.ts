import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ApiConnections } from './api-connections.js';

/** An open transaction. Repository methods that must run in one take it as their first parameter. */
export type Tx = EntityManager;

@Injectable()
export class Transactions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Commits if `work` resolves and rolls back if it throws.
   *
   * @param tenantId the tenant whose share of the connections is used; null for work that belongs to no tenant
   * @param work must make all its reads and writes through `tx`
   */
  run<T>(tenantId: string | null, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connections.lend(tenantId, () => this.dataSource.transaction(work));
  }

  /** Same as `run`, but all statements see the snapshot of the first one. */
  runOnSnapshot<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connections.lend(tenantId, () => this.dataSource.transaction('REPEATABLE READ', work));
  }

  /**
   * Same as `runOnSnapshot`, for statements that may read many rows.
   *
   * @throws Unavailable if too many searches are running
   */
  searchOnSnapshot<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connections.lendForSearch(tenantId, () => this.dataSource.transaction('REPEATABLE READ', work));
  }
}
