import { Injectable } from '@nestjs/common';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { BusyLane } from '../domain/busy-lane.js';
import { REPORT_LANES } from './statements/report-lanes.js';

/** Stores what a worker reports of its lanes. The table has as many rows as lanes are busy. */
@Injectable()
export class LaneReportRepository {
  constructor(private readonly hotPath: HotPath) {}

  /**
   * Replaces the report of a process.
   *
   * @param gone subscriptions of its former report that are not in this one
   */
  async report(processId: Uuid, lanes: readonly BusyLane[], gone: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(
      REPORT_LANES.with({
        processId,
        gone,
        subscriptionIds: lanes.map(({ subscriptionId }) => subscriptionId),
        tenantIds: lanes.map(({ tenantId }) => tenantId),
        widths: lanes.map(({ width }) => width),
        inFlight: lanes.map(({ inFlight }) => inFlight),
      }),
    );
  }
}
