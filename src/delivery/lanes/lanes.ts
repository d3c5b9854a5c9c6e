import type { Uuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../delivery.entity.js';
import { Lane } from './lane.js';

/** All lanes of a worker, and the slots that they share. Plain data structure: it sends nothing and waits for nothing. */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  /** Lanes that have something queued, in the order of their turn. */
  private readonly turns = new Set<Uuid>();
  /** Lanes that have parked deliveries. */
  private readonly withParked = new Set<Uuid>();
  private usedSlots = 0;
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
      if (this.usedSlots >= this.slots) break;
      const lane = this.lane(subscriptionId);
      const next = lane.dequeue();
      // A lane that goes on is put behind the others, which a Set visits in the order of insertion.
      this.turns.delete(subscriptionId);
      if (next === undefined) continue;
      if (lane.queued > 0) this.turns.add(subscriptionId);
      this.queued -= 1;
      this.usedSlots += 1;
      ready.push(next);
    }
    return ready;
  }

  /** Slots for parked deliveries, of every lane that has some; each is taken. */
  takeForParked(): { subscriptionId: Uuid; free: number }[] {
    const taken: { subscriptionId: Uuid; free: number }[] = [];
    for (const subscriptionId of this.withParked) {
      const free = this.lane(subscriptionId).takeFree(this.slots - this.usedSlots);
      if (free === 0) continue;
      this.usedSlots += free;
      taken.push({ subscriptionId, free });
    }
    return taken;
  }

  /** Ends the use of slots that were taken and of which nothing came. */
  giveBack(subscriptionId: Uuid, slots: number): void {
    this.lane(subscriptionId).giveBack(slots);
    this.usedSlots -= slots;
    this.settle(subscriptionId);
  }

  /** A slot becomes a request in flight. @returns what ends the request; the slot itself ends with `freeSlot` */
  start(subscriptionId: Uuid, width: number, nowMs: number): (endedMs: number) => void {
    const lane = this.lane(subscriptionId);
    const end = lane.start(width, nowMs);
    if (lane.queued > 0) this.turns.add(subscriptionId);
    return (endedMs) => {
      end(endedMs);
      if (lane.queued > 0) this.turns.add(subscriptionId);
    };
  }

  /** The outcome of a request is recorded: its slot is free. */
  freeSlot(subscriptionId: Uuid): void {
    this.usedSlots -= 1;
    this.settle(subscriptionId);
  }

  setParked(subscriptionId: Uuid, hasParked: boolean): void {
    this.lane(subscriptionId).hasParked = hasParked;
    if (hasParked) this.withParked.add(subscriptionId);
    else this.withParked.delete(subscriptionId);
    this.settle(subscriptionId);
  }

  /** Removes what has waited too long in any lane. */
  takeOverdue(nowMs: number): WakeUp[] {
    const overdue = [...this.lanes.values()].flatMap((lane) => lane.takeOverdue(nowMs));
    this.queued -= overdue.length;
    return overdue;
  }

  /** Removes all that waits. */
  takeAll(): WakeUp[] {
    this.queued = 0;
    this.turns.clear();
    return [...this.lanes.values()].flatMap((lane) => lane.takeAll());
  }

  get queuedCount(): number {
    return this.queued;
  }

  get inFlightCount(): number {
    return this.usedSlots;
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
