import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../delivery.entity.js';
import { Lane } from './lane.js';

/** Where a delivery comes from: from the queue of its lane, or from those that are parked in PostgreSQL. */
export type Origin = 'queued' | 'parked';

/** Share of the slots that queued deliveries may use while others are parked, and parked ones at any time. */
const SHARE = 0.75;

/** All lanes of a worker, and the slots that they share. Plain data structure: it sends nothing and waits for nothing. */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  /** Lanes that have something queued, in the order of their turn. */
  private readonly turns = new Set<Uuid>();
  /** Lanes that have parked deliveries. */
  private readonly withParked = new Set<Uuid>();
  private readonly used: Record<Origin, number> = { queued: 0, parked: 0 };
  private queued = 0;

  /** @param slots requests in flight at once, over all lanes */
  constructor(private readonly slots: number) {}

  /** @returns false when the delivery must be parked */
  admit(wakeUp: WakeUp, nowMs: number): boolean {
    const lane = this.lane(wakeUp.subscriptionId);
    if (!lane.enqueue(wakeUp, nowMs)) return false;
    this.queued += 1;
    this.turns.add(wakeUp.subscriptionId);
    return true;
  }

  /** Deliveries that may be claimed now, lane by lane in turns. Each takes a slot. */
  takeReady(): WakeUp[] {
    const ready: WakeUp[] = [];
    for (const subscriptionId of this.turns) {
      if (this.free('queued') <= 0) break;
      const lane = this.lane(subscriptionId);
      const next = lane.dequeue(this.mostOf(lane));
      // A lane that goes on is put behind the others, which a Set visits in the order of insertion.
      this.turns.delete(subscriptionId);
      if (next === undefined) continue;
      if (lane.queued > 0) this.turns.add(subscriptionId);
      this.queued -= 1;
      this.used.queued += 1;
      ready.push(next);
    }
    return ready;
  }

  /** Slots for parked deliveries, of every lane that has some, in turns; each is taken. */
  takeForParked(): { subscriptionId: Uuid; free: number }[] {
    const taken: { subscriptionId: Uuid; free: number }[] = [];
    let turns = this.withParked.size;
    for (const subscriptionId of this.withParked) {
      const free = this.free('parked');
      if (free <= 0 || turns === 0) break;
      turns -= 1;
      const lane = this.lane(subscriptionId);
      const slots = lane.takeFree(Math.min(free, this.mostOf(lane) - lane.occupied));
      if (slots === 0) continue;
      this.withParked.delete(subscriptionId);
      this.withParked.add(subscriptionId);
      this.used.parked += slots;
      taken.push({ subscriptionId, free: slots });
    }
    return taken;
  }

  /** Ends the use of slots that were taken and of which nothing came. */
  giveBack(subscriptionId: Uuid, slots: number, origin: Origin): void {
    this.lane(subscriptionId).giveBack(slots);
    this.used[origin] -= slots;
    this.settle(subscriptionId);
  }

  /**
   * A slot becomes a request in flight.
   *
   * @returns what ends the request; the slot itself ends with `freeSlot`
   */
  start(subscriptionId: Uuid, most: number, nowMs: number): (endedMs: number, isWell: boolean) => void {
    const lane = this.lane(subscriptionId);
    const end = lane.start(most, nowMs);
    if (lane.queued > 0) this.turns.add(subscriptionId);
    return (endedMs, isWell) => {
      end(endedMs, isWell);
      if (lane.queued > 0) this.turns.add(subscriptionId);
    };
  }

  /** The outcome of a request is recorded: its slot is free. */
  freeSlot(subscriptionId: Uuid, origin: Origin): void {
    this.used[origin] -= 1;
    this.settle(subscriptionId);
  }

  setParked(subscriptionId: Uuid, hasParked: boolean): void {
    this.lane(subscriptionId).hasParked = hasParked;
    if (hasParked) this.withParked.add(subscriptionId);
    else this.withParked.delete(subscriptionId);
    this.settle(subscriptionId);
  }

  /** Removes what has waited too long in any lane, for its receiver. */
  takeOverdue(nowMs: number): WakeUp[] {
    const overdue = [...this.lanes.values()].flatMap((lane) => lane.takeOverdue(nowMs, this.mostOf(lane)));
    this.queued -= overdue.length;
    return overdue;
  }

  /** Removes all that waits. */
  takeAll(): WakeUp[] {
    this.queued = 0;
    this.turns.clear();
    return [...this.lanes.values()].flatMap((lane) => lane.takeAll());
  }

  /** Whether some lane has parked deliveries. */
  get hasParked(): boolean {
    return this.withParked.size > 0;
  }

  get queuedCount(): number {
    return this.queued;
  }

  get inFlightCount(): number {
    return this.used.queued + this.used.parked;
  }

  /** Free slots that deliveries of this origin may use: new ones and backlog must not starve each other. */
  private free(origin: Origin): number {
    const isShared = origin === 'parked' || this.withParked.size > 0;
    // However few slots there are, one is left to the others; with a single one, whoever comes first has it.
    const most = isShared ? Math.max(1, Math.min(Math.ceil(this.slots * SHARE), this.slots - 1)) : this.slots;
    return Math.min(this.slots - this.inFlightCount, most - this.used[origin]);
  }

  /**
   * Slots that a lane may occupy: no more than half of those that it leaves free. So lanes whose receivers hang, however many
   * there are, never take the last ones from the others.
   */
  private mostOf(lane: Lane): number {
    return Math.max(1, Math.floor((this.slots - this.inFlightCount + lane.occupied) / 2));
  }

  private lane(subscriptionId: Uuid): Lane {
    const known = this.lanes.get(subscriptionId);
    if (known) return known;
    const lane = new Lane();
    this.lanes.set(subscriptionId, lane);
    return lane;
  }

  /** Forgets a lane that has nothing to do, so that memory follows the busy subscriptions and not all there are. */
  private settle(subscriptionId: Uuid): void {
    const lane = this.lane(subscriptionId);
    if (lane.queued > 0) this.turns.add(subscriptionId);
    if (lane.isIdle) this.lanes.delete(subscriptionId);
  }
}
