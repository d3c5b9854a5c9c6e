import { Injectable } from '@nestjs/common';
import { Logger } from '../logging/logger.js';

/** Those of one pool. */
interface Pooled {
  /** @returns how many it was */
  giveUpAll(): number;
}

/** All connections of a process to PostgreSQL: what happened to one says something about those that are as old. */
@Injectable()
export class Connections {
  private readonly pools: Pooled[] = [];

  constructor(private readonly logger: Logger) {}

  add(pool: Pooled): void {
    this.pools.push(pool);
  }

  /**
   * Gives up each connection that is open now: at once when it is idle, and when it comes back otherwise. New ones take
   * their place, so a server that has moved or become read-only, and a network that has forgotten them, cost one
   * failure and not one each.
   */
  giveUpAll(reason: unknown): void {
    let count = 0;
    for (const pool of this.pools) count += pool.giveUpAll();
    this.logger.warn({ err: reason, connections: count }, 'database.connections_given_up');
  }
}
