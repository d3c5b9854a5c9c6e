import { Inject, Injectable } from '@nestjs/common';
import { Bulkhead } from '../bulkhead.js';
import { Settings } from '../config/settings.js';
import { CONNECT_TIMEOUT_MS } from './sound-pool.js';

/** Of the connections of the REST API. */
const SEARCH_SHARE = 0.5;
const REPORT_SHARE = 0.2;
/** For each search or report that runs, so many may wait. */
const WAITING_EACH = 4;
/** Calls that wait for a connection. They are short, so many have their turn in time. */
const MAX_WAITING = 1000;

/** The connections of the REST API, of which each tenant has a share: none of them keeps the others' calls waiting. */
@Injectable()
export class ApiConnections {
  private readonly calls: Bulkhead;
  /** What may take seconds leaves connections to what does not. */
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

  /**
   * Runs what takes one connection. It must not lend another one meanwhile: all of a tenant could wait for each other.
   *
   * @param tenantId null is whoever acts for no tenant
   * @throws Unavailable when too many of the tenant wait already, or for longer than for a connection
   */
  lend<T>(tenantId: string | null, work: () => Promise<T>): Promise<T> {
    return this.calls.run(tenantId, work);
  }

  /** As `lend`, for a statement that may read much before it finds what it looks for. */
  lendForSearch<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    return this.searches.run(tenantId, () => this.lend(tenantId, work));
  }

  /** As `lend`, for a statement that may take half a minute. */
  lendForReport<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    return this.reports.run(tenantId, () => this.lend(tenantId, work));
  }
}
