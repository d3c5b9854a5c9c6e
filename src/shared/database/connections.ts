import { Injectable } from '@nestjs/common';
import { Logger } from '../logging/logger.js';

/** How many connections of a pool are in use, and how many callers wait for one. */
export interface PoolUse {
  readonly name: string;
  readonly max: number;
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
}

/** A pool of connections. */
interface Pooled {
  readonly use: PoolUse;
  /** @returns the number of connections given up */
  giveUpAll(): number;
  /** @throws if the session of a connection has lost its settings */
  assertSession(): Promise<void>;
}

/**
 * All PostgreSQL connections of the process. A failure of one may mean that the others to the primary are broken too.
 */
@Injectable()
export class Connections {
  private readonly pools: Pooled[] = [];
  private readonly apart: Pick<Pooled, 'use'>[] = [];

  constructor(private readonly logger: Logger) {}

  add(pool: Pooled): void {
    this.pools.push(pool);
  }

  /**
   * Adds a pool of another server, which fails alone: it is shown, and neither checked nor given up with the others.
   */
  addApart(pool: Pick<Pooled, 'use'>): void {
    this.apart.push(pool);
  }

  get use(): readonly PoolUse[] {
    return [...this.pools, ...this.apart].map(({ use }) => use);
  }

  /** Checks one session of each pool. @throws LostSession, ReadOnlyServer; ConnectionFailed if none can be opened */
  async assertSessions(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.assertSession()));
  }

  /**
   * Gives up all open connections: idle ones at once, others when they are released. New connections replace them, so
   * that a failover or a network that dropped its connections causes one failure instead of one per connection.
   */
  giveUpAll(reason: unknown): void {
    let count = 0;
    for (const pool of this.pools) count += pool.giveUpAll();
    this.logger.warn({ err: reason, connections: count }, 'database.connections_given_up');
  }
}
