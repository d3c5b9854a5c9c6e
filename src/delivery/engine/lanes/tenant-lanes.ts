import type { Uuid } from '../../../shared/ids/uuid.js';
import type { Lane, Origin } from './lane.js';
import { PACES, type Pace, noSlots } from './slot-shares.js';

type Waiting = Record<Pace, Map<Uuid, Lane>>;

/** The lanes of one tenant that wait for slots, and what all of its lanes hold. */
export class TenantLanes {
  /** Slots that its lanes hold. */
  readonly held = noSlots();
  /** Deliveries that are queued in its lanes. */
  readonly queued = noSlots();
  lastUsedMs = 0;
  /**
   * Lanes apart by their pace: those of one pace get slots or get none, all alike, so a thousand that get none cost one
   * look. Each lane is put behind the others when it has had its turn: a Map visits its entries in the order of
   * insertion.
   */
  private readonly waiting: Readonly<Record<Origin, Waiting>> = { queued: noneWaiting(), parked: noneWaiting() };
  /** Whose turn was longest ago comes first. */
  private readonly turns = [...PACES];

  /** Lines a lane up for the kinds of deliveries that it has: queued, parked or both. */
  lineUp(lane: Lane): void {
    if (lane.queued > 0) this.waiting.queued[lane.pace].set(lane.id, lane);
    if (lane.hasParked) this.waiting.parked[lane.pace].set(lane.id, lane);
  }

  /** To be called before the pace of a lane changes, and when it has no deliveries of one kind left. */
  leave(lane: Lane): void {
    this.waiting.queued[lane.pace].delete(lane.id);
    this.waiting.parked[lane.pace].delete(lane.id);
  }

  /**
   * Gives one lane its turn, the first that takes something. One that takes nothing has no slot of its own free, and
   * lines up again when it has.
   *
   * @param hasSlots whether lanes of a pace may have more slots now
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
