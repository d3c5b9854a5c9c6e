import { Inject, Injectable } from '@nestjs/common';
import { Bulkhead } from '../bulkhead.js';
import { Settings } from '../config/settings.js';
import { CONNECT_TIMEOUT_MS } from './sound-pool.js';

/** Maximum shares of the REST API's connections. */
const SEARCH_SHARE = 0.5;
const REPORT_SHARE = 0.2;
/** Number of searches or reports that may wait per running one. */
const WAITING_EACH = 4;
/** Maximum calls that wait for a connection. Calls are short, so many get one in time. */
const MAX_WAITING = 1000;

/** Shares the REST API's connections fairly among tenants, so that no tenant blocks the others. */
@Injectable()
export class ApiConnections {
  private readonly calls: Bulkhead;
  /** Slow statements are limited, so that connections remain for fast ones. */
  private readonly searches: Bulkhead;
  private readonly reports: Bulkhead;

  constructor(@Inject(Settings) { databasePoolSize }: Pick<Settings, 'databasePoolSize'>) {
    this.calls = new Bulkhead({ running: databasePoolSize, waiting: MAX_WAITING, patienceMs: CONNECT_TIMEOUT_MS });
    const bulkheadFor = (share: number): Bulkhead => {
      const running = Math.max(1, Math.floor(databasePoolSize * share));
      return new Bulkhead({ running, waiting: running * WAITING_EACH });
    };
    this.searches = bulkheadFor(SEARCH_SHARE);
    this.reports = bulkheadFor(REPORT_SHARE);
  }

  /** Calls that wait for a connection, or for their turn to wait for one. */
  get waitingCount(): number {
    return [this.calls, this.searches, this.reports].reduce((sum, { waitingCount }) => sum + waitingCount, 0);
  }

  /**
   * Runs work that uses one connection. The work must not call this again: calls of a tenant could then deadlock.
   *
   * @param tenantId null for work that belongs to no tenant
   * @throws Unavailable if too many calls of the tenant are waiting, or after waiting for the connect timeout
   */
  lend<T>(tenantId: string | null, work: () => Promise<T>): Promise<T> {
    return this.calls.run(tenantId, work);
  }

  /** Same as `lend`, for a search of the history. */
  lendForSearch<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    return this.searches.run(tenantId, () => this.lend(tenantId, work));
  }

  /** Same as `lend`, for a statement that may take 30 seconds. */
  lendForReport<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    return this.reports.run(tenantId, () => this.lend(tenantId, work));
  }
}
