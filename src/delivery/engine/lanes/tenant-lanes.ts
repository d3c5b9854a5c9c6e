import type { Uuid } from '../../../shared/ids/uuid.js';
import type { Lane, Origin } from './lane.js';
import { PACES, type Pace, zeroCounts } from './slot-shares.js';

type Waiting = Record<Pace, Map<Uuid, Lane>>;

/** The waiting lanes of one tenant, and the slots and queued deliveries of all its lanes. */
export class TenantLanes {
  /** Slots held by its lanes. */
  readonly held = zeroCounts();
  /** Slots reserved for its deliveries that are being accepted. */
  readonly reserved = zeroCounts();
  /** Deliveries queued in its lanes. */
  readonly queued = zeroCounts();
  lastUsedMs = 0;
  /**
   * Lanes that wait for slots, by pace. Either all lanes of one pace may have slots or none may, so a thousand lanes
   * that may not cost one check. A Map keeps the order of insertion: a lane that re-enters after its turn is the last
   * one.
   */
  private readonly waiting: Readonly<Record<Origin, Waiting>> = { queued: noneWaiting(), parked: noneWaiting() };
  /** Paces in the order of their turns. */
  private readonly turns = [...PACES];

  /** Lets a lane wait for slots for its queued deliveries, its parked ones, or both. */
  addWaiting(lane: Lane): void {
    if (lane.queued > 0) this.waiting.queued[lane.pace].set(lane.id, lane);
    if (lane.hasParked) this.waiting.parked[lane.pace].set(lane.id, lane);
  }

  /** Call this before the pace of a lane changes, and when it has no more queued or no more parked deliveries. */
  removeWaiting(lane: Lane): void {
    this.waiting.queued[lane.pace].delete(lane.id);
    this.waiting.parked[lane.pace].delete(lane.id);
  }

  /**
   * Gives lanes their turn until one takes something. A lane that takes nothing is as wide as it may be, and stops
   * waiting until that changes.
   *
   * @param hasSlots whether lanes of a pace may take more slots now
   * @param take lets a lane take slots; returns whether it did
   * @returns whether a lane has taken something
   */
  takeNext(origin: Origin, hasSlots: (pace: Pace) => boolean, take: (lane: Lane) => boolean): boolean {
    for (const pace of this.turns) {
      const lanes = this.waiting[origin][pace];
      if (lanes.size === 0 || !hasSlots(pace)) continue;
      for (const [id, lane] of lanes) {
        lanes.delete(id);
        if (!take(lane)) continue;
        this.turns.splice(this.turns.indexOf(pace), 1);
        this.turns.push(pace);
        return true;
      }
    }
    return false;
  }

  hasWaiting(origin: Origin): boolean {
    return PACES.some((pace) => this.waiting[origin][pace].size > 0);
  }
}

function noneWaiting(): Waiting {
  return { prompt: new Map(), untried: new Map(), slow: new Map() };
}
