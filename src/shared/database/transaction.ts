import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ApiConnections } from './api-connections.js';

/** An open transaction. Repository methods that belong in one take it as their first parameter. */
export type Tx = EntityManager;

@Injectable()
export class Transactions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Commits when `work` resolves, rolls back when it throws.
   *
   * @param tenantId whose share of the connections it takes from; null is whoever acts for no tenant
   * @param work must do all of its reads and writes in `tx`
   */
  run<T>(tenantId: string | null, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connections.lend(tenantId, () => this.dataSource.transaction(work));
  }

  /** As `run`; all statements see what was there at the first one. */
  runOnSnapshot<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connections.lend(tenantId, () => this.dataSource.transaction('REPEATABLE READ', work));
  }
}
