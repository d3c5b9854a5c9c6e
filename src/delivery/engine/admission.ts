import { Injectable } from '@nestjs/common';
import { uuidTimeMs } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { WakeUp } from '../domain/wake-up.js';
import { Capacity } from './capacity.js';
import { Dispatcher } from './dispatcher.js';

/** Jobs wait for room until their event is this old. Then they are parked, so that newer events can overtake them. */
const MAX_WAIT_MS = 3000;

/** Admits jobs from the queue to the lanes. */
@Injectable()
export class Admission {
  constructor(
    private readonly capacity: Capacity,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves as soon as each delivery is in its lane or parked. It does not wait for receivers.
   *
   * While the lanes are full, it waits, so that another worker can take the next job. When the deliveries are some
   * seconds old, all workers are behind, and waiting any longer would only delay new events.
   */
  async admit(wakeUps: readonly WakeUp[]): Promise<void> {
    if (await this.capacity.waitForRoom(this.patienceMs(wakeUps))) await this.dispatcher.dispatch(wakeUps);
    else await this.dispatcher.park(wakeUps);
  }

  private patienceMs([first]: readonly WakeUp[]): number {
    if (first === undefined) return MAX_WAIT_MS;
    // Not below 0: the clock of the process that accepted the event may be ahead.
    const ageMs = Math.max(this.clock.nowMs() - uuidTimeMs(first.id), 0);
    return MAX_WAIT_MS - ageMs;
  }
}
