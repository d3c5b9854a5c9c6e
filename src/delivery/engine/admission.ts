import { Injectable } from '@nestjs/common';
import { uuidTimeMs } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { WakeUp } from '../domain/wake-up.js';
import { Capacity } from './capacity.js';
import { Dispatcher } from './dispatcher.js';

/** What was accepted longer ago than this does not wait for room: it is parked, so that newer events can pass it. */
const MAX_WAIT_MS = 3000;

/** Takes jobs over from the queue. */
@Injectable()
export class Admission {
  constructor(
    private readonly capacity: Capacity,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves as soon as each delivery is in its lane or parked: it waits for no receiver.
   *
   * While the lanes are full it waits, so that another worker may take the next job, but only until the deliveries are
   * some seconds old. By then all workers are behind, and new events would wait behind these.
   */
  async admit(wakeUps: readonly WakeUp[]): Promise<void> {
    if (await this.capacity.waitForRoom(this.patienceMs(wakeUps))) await this.dispatcher.dispatch(wakeUps);
    else await this.dispatcher.park(wakeUps);
  }

  private patienceMs([first]: readonly WakeUp[]): number {
    if (first === undefined) return MAX_WAIT_MS;
    // No negative age: the clock of the process that accepted them may be ahead.
    const ageMs = Math.max(this.clock.nowMs() - uuidTimeMs(first.id), 0);
    return MAX_WAIT_MS - ageMs;
  }
}
