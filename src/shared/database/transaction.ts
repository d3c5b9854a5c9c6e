import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ApiConnections } from './api-connections.js';
import { BEGIN_SNAPSHOT, type Reader, readerOn } from './reading.js';
import { Reads } from './reads.js';

/** An open transaction. Repository methods that must run in one take it as their first parameter. */
export type Tx = EntityManager;

@Injectable()
export class Transactions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
    private readonly reads: Reads = new Reads(dataSource, connections),
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
   * Reads rows, which may be many, in one snapshot. In a route that may lag, that may be a snapshot of the read
   * replica.
   *
   * @param work must only read, and through its reader; may run twice, if the replica fails
   * @throws Unavailable if too many searches are running
   */
  searchOnSnapshot<T>(tenantId: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.reads.run(tenantId, {
      begin: BEGIN_SNAPSHOT,
      share: 'search',
      work: (client) => work(readerOn(client)),
    });
  }
}
