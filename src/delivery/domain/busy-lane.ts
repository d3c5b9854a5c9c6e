import type { Uuid } from '../../shared/ids/uuid.js';

/** A lane of a worker that has something to do. */
export interface BusyLane {
  readonly subscriptionId: Uuid;
  readonly tenantId: string;
  /** Requests that may be in flight now. */
  readonly width: number;
  readonly inFlight: number;
}
