import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import { ApiConnections } from './api-connections.js';
import { inTransaction, lendFor, type Reading } from './reading.js';
import type { ReadReplica } from './replica/read-replica.js';

/** Answers that may lack what was committed more than this ago say so. */
const TOLD_LAG_MS = 1000;

/** Gets the time up to which an answer is complete, if that is more than a second ago. */
type OnOld = (asOfMs: number) => void;

/**
 * Decides on which server a reading takes place. Only what a route allows to lag goes to the replica: the default is
 * the primary, where what was just committed can be read.
 */
@Injectable()
export class Reads {
  /** Null without one, and in a process that does not serve the API. */
  replica: ReadReplica | null = null;
  private readonly allowed = new AsyncLocalStorage<OnOld>();

  constructor(
    @InjectDataSource() private readonly primary: DataSource,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Lets what `work` reads come from the replica.
   *
   * @param onOld called for each reading that was older than a second
   */
  allowLag<T>(onOld: OnOld, work: () => T): T {
    return this.allowed.run(onOld, work);
  }

  /**
   * Runs a reading on the replica if that is allowed and the replica is fit. If the replica fails, runs it once more,
   * on the primary.
   *
   * @throws Unavailable if too many readings are running on that server
   */
  async run<T>(tenantId: string, reading: Reading<T>): Promise<T> {
    const { replica } = this;
    const onOld = this.allowed.getStore();
    if (onOld !== undefined && replica?.isInUse) {
      try {
        const { value, asOfMs, lagMs } = await replica.read(tenantId, reading);
        if (lagMs > TOLD_LAG_MS) onOld(asOfMs);
        return value;
      } catch (error) {
        if (!replica.isToBlameFor(error)) throw error;
      }
    }
    return lendFor(this.connections, reading.share, tenantId, () => this.readFromPrimary(reading));
  }

  private async readFromPrimary<T>({ begin, work }: Reading<T>): Promise<T> {
    const runner = this.primary.createQueryRunner();
    try {
      const client = (await runner.connect()) as ClientBase;
      return await inTransaction(client, begin, () => work(client));
    } finally {
      await runner.release();
    }
  }
}
