import { Inject, Injectable } from '@nestjs/common';
import { Bulkhead } from '../bulkhead.js';
import { Settings } from '../config/settings.js';
import { CONNECT_TIMEOUT_MS } from './sound-pool.js';

/** Number of searches or reports that may wait per running one. */
const WAITING_EACH = 4;
/** Maximum calls that wait for a connection. Calls are short, so many get one in time. */
const MAX_WAITING = 1000;

/** The number of connections, and which parts of them searches and reports may have. */
interface Portions {
  readonly size: number;
  readonly searches: number;
  readonly reports: number;
}

/** Shares connections fairly among tenants, so that no tenant blocks the others. */
export class ConnectionShares {
  private readonly calls: Bulkhead;
  /** Slow statements are limited, so that connections remain for fast ones. */
  private readonly searches: Bulkhead;
  private readonly reports: Bulkhead;

  constructor({ size, searches, reports }: Portions) {
    this.calls = new Bulkhead({ running: size, waiting: MAX_WAITING, patienceMs: CONNECT_TIMEOUT_MS });
    const bulkheadFor = (part: number): Bulkhead => {
      const running = Math.max(1, Math.floor(size * part));
      return new Bulkhead({ running, waiting: running * WAITING_EACH });
    };
    this.searches = bulkheadFor(searches);
    this.reports = bulkheadFor(reports);
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

/** The REST API's connections to the primary. */
@Injectable()
export class ApiConnections extends ConnectionShares {
  constructor(@Inject(Settings) { databasePoolSize }: Pick<Settings, 'databasePoolSize'>) {
    super({ size: databasePoolSize, searches: 0.5, reports: 0.2 });
  }
}
