import type { Uuid } from '../../../shared/ids/uuid.js';
import type { BusyLane } from '../../domain/busy-lane.js';
import type { QueuedDelivery, WakeUp } from '../../domain/wake-up.js';
import type { Lane, Origin } from './lane.js';
import { type LaneKey, LaneRegistry } from './lane-registry.js';
import { freeSlots, type PaceCounts, sumOf, total } from './slot-shares.js';
import type { TenantLanes } from './tenant-lanes.js';

/** Share of the slots for parked deliveries, and for queued ones while some are parked. */
const SHARE = 0.75;
/** Maximum queued deliveries per slot in lanes that are not prompt. The rest of the room is for prompt lanes. */
const WAITING_PER_SLOT = 8;

/** Slots that a lane has taken for parked deliveries. */
export interface LaneSlots extends LaneKey {
  readonly free: number;
}

/**
 * All lanes of a worker, and the slots that they share. Each tenant and each lane has a limited share, so that none can
 * take the slots of the others. This is a plain data structure without I/O.
 */
export class Lanes {
  private readonly registry: LaneRegistry;
  /** Tenants whose lanes wait for slots, in the order of their turns. */
  private readonly waiting: Readonly<Record<Origin, Map<string, TenantLanes>>> = {
    queued: new Map(),
    parked: new Map(),
  };

  /** @param slots maximum concurrent requests over all lanes */
  constructor(private readonly slots: number) {
    this.registry = new LaneRegistry(slots);
  }

  /** @returns false when the delivery must be parked */
  admit(wakeUp: WakeUp, nowMs: number): boolean {
    const lane = this.registry.getOrCreate(wakeUp, nowMs);
    const tenant = this.registry.tenantOf(lane);
    tenant.lastUsedMs = nowMs;
    const isAdmitted = (lane.pace === 'prompt' || this.hasQueueSpace(tenant)) && lane.enqueue(wakeUp, nowMs);
    if (isAdmitted) this.registry.changeQueued(lane, 1);
    this.reschedule(lane);
    return isAdmitted;
  }

  /** Returns the queued deliveries that may start, and takes a slot for each. Tenants and their lanes take turns. */
  takeReady(): QueuedDelivery[] {
    const ready: QueuedDelivery[] = [];
    this.takeInTurns('queued', (lane) => {
      const next = lane.dequeue(this.registry.maxSlotsOf(lane));
      if (next === undefined) return false;
      this.registry.changeQueued(lane, -1);
      this.registry.changeHeld(lane, 1, 'queued');
      this.reschedule(lane);
      ready.push(next);
      return true;
    });
    return ready;
  }

  /**
   * Reserves a slot for a delivery that is about to be accepted. End the reservation by `arrive` or `cancel`.
   *
   * @returns false if there is no free slot
   */
  reserve(key: LaneKey, nowMs: number): boolean {
    const lane = this.registry.getOrCreate(key, nowMs);
    const tenant = this.registry.tenantOf(lane);
    tenant.lastUsedMs = nowMs;
    const isReserved = this.hasSlotFor(lane, tenant) && lane.hasSlotForNew(this.registry.maxSlotsOf(lane));
    if (isReserved) this.registry.changeReserved(lane, 1);
    this.reschedule(lane);
    return isReserved;
  }

  /**
   * Queues a claimed delivery whose slot was reserved, before those that are not claimed.
   *
   * @param maxInFlight limit of concurrent requests that its subscription sets now
   */
  arrive(delivery: QueuedDelivery, maxInFlight: number): void {
    const lane = this.registry.get(delivery.subscriptionId);
    lane.arrive(delivery, maxInFlight);
    this.registry.changeReserved(lane, -1);
    this.registry.changeQueued(lane, 1);
    this.reschedule(lane);
  }

  /** Ends the reservation of a delivery that does not arrive. */
  cancel(subscriptionId: Uuid): void {
    const lane = this.registry.get(subscriptionId);
    this.registry.changeReserved(lane, -1);
    this.reschedule(lane);
  }

  /** Removes claimed deliveries that have got no slot after all, because a lane has become narrower meanwhile. */
  takeUnstarted(subscriptionIds: Iterable<Uuid>): QueuedDelivery[] {
    const lanes = [...subscriptionIds].flatMap((id) => this.registry.find(id) ?? []);
    return this.takeFrom(lanes, (lane) => lane.takeClaimed());
  }

  /** Takes free slots for lanes with parked deliveries, which take turns. */
  takeSlotsForParked(): LaneSlots[] {
    const taken: { lane: Lane; free: number }[] = [];
    this.takeInTurns('parked', (lane) => {
      const shared = Math.min(this.freeSlotsFor('parked'), this.registry.freeSlotsOf(lane));
      const free = lane.takeFreeSlots(Math.min(shared, this.registry.maxSlotsOf(lane) - lane.occupied));
      if (free === 0) return false;
      this.registry.changeHeld(lane, free, 'parked');
      taken.push({ lane, free });
      return true;
    });
    // Not earlier, because each lane gets one turn.
    for (const { lane } of taken) this.reschedule(lane);
    return taken.map(({ lane: { id, tenantId }, free }) => ({ subscriptionId: id, tenantId, free }));
  }

  /** Returns taken slots in which no request was started. */
  giveBack(subscriptionId: Uuid, slots: number, origin: Origin): void {
    const lane = this.registry.get(subscriptionId);
    lane.giveBack(slots);
    this.registry.changeHeld(lane, -slots, origin);
    this.reschedule(lane);
  }

  /**
   * Starts a request in a taken slot.
   *
   * @returns a function that ends the request; the slot stays taken until `freeSlot`
   */
  start(subscriptionId: Uuid, maxInFlight: number, nowMs: number): (endedMs: number, isHealthy: boolean) => void {
    const lane = this.registry.get(subscriptionId);
    const end = lane.start(maxInFlight, nowMs);
    this.reschedule(lane);
    return (endedMs, isHealthy) => {
      end(endedMs, isHealthy);
      this.registry.updatePace(lane, endedMs);
      this.reschedule(lane);
    };
  }

  /** Frees the slot of a request whose outcome is recorded. */
  freeSlot(subscriptionId: Uuid, origin: Origin): void {
    const lane = this.registry.get(subscriptionId);
    this.registry.changeHeld(lane, -1, origin);
    this.reschedule(lane);
  }

  /** Notes that PostgreSQL has parked deliveries of a subscription. Its lane may have to warm up for them. */
  noteBacklog(key: LaneKey, nowMs: number): void {
    const lane = this.registry.getOrCreate(key, nowMs);
    if (!lane.hasParked) lane.warmUp(nowMs);
    lane.hasParked = true;
    this.reschedule(lane);
  }

  setParked(key: LaneKey, hasParked: boolean): void {
    const lane = this.registry.getOrCreate(key);
    lane.hasParked = hasParked;
    if (!hasParked) this.registry.tenantOf(lane).removeWaiting(lane);
    this.reschedule(lane);
  }

  /**
   * Removes queued deliveries that have waited too long for their receiver, or for slots beyond the share of their
   * tenant. Keeps those that wait because the worker has no free slot at all.
   */
  takeOverdue(nowMs: number): WakeUp[] {
    for (const lane of this.registry.all) this.registry.updatePace(lane, nowMs);
    const hasSlots = this.inFlightCount < this.slots;
    const overdue: WakeUp[] = [];
    for (const lane of this.registry.all) {
      const isOverShare = hasSlots && this.registry.freeSlotsOf(lane) <= 0;
      const late = lane.takeOverdue(nowMs, isOverShare ? 0 : this.registry.maxSlotsOf(lane));
      this.registry.changeQueued(lane, -late.length);
      this.reschedule(lane);
      overdue.push(...late);
    }
    this.registry.removeIdleTenants(nowMs);
    return overdue;
  }

  /** Removes all queued deliveries. */
  takeAll(): WakeUp[] {
    return this.takeFrom([...this.registry.all], (lane) => lane.takeAll());
  }

  /** Lanes that have something to do; of more than `limit`, those that hold the most slots. */
  busiest(limit: number): BusyLane[] {
    const lanes = [...this.registry.all];
    const busiest = lanes.length <= limit ? lanes : lanes.sort((a, b) => b.held - a.held).slice(0, limit);
    return busiest.map(({ id, tenantId, currentWidth, inFlight }) => ({
      subscriptionId: id,
      tenantId,
      width: currentWidth,
      inFlight,
    }));
  }

  /** Whether a lane waits for slots for parked deliveries. */
  get hasParked(): boolean {
    return this.waiting.parked.size > 0;
  }

  get queuedCount(): number {
    return total(this.registry.queued);
  }

  get inFlightCount(): number {
    return total(this.registry.held);
  }

  /**
   * Lets tenants take turns, each with one of its lanes per turn, until no lane takes anything more.
   *
   * @param take lets a lane take slots; returns whether it did
   */
  private takeInTurns(origin: Origin, take: (lane: Lane) => boolean): void {
    const tenants = this.waiting[origin];
    for (let isOver = false; !isOver;) {
      isOver = true;
      let turns = tenants.size;
      for (const [id, tenant] of tenants) {
        // A Map is visited in the order of insertion, so a tenant that re-enters after its turn is the last one.
        if (turns === 0 || this.freeSlotsFor(origin) <= 0) break;
        turns -= 1;
        const hasTaken = tenant.takeNext(origin, (pace) => freeSlots(this.registry.slotUseOf(tenant), pace) > 0, take);
        if (hasTaken) isOver = false;
        else if (tenant.hasWaiting(origin)) continue;
        tenants.delete(id);
        if (tenant.hasWaiting(origin)) tenants.set(id, tenant);
      }
      if (this.freeSlotsFor(origin) <= 0) return;
    }
  }

  /** Free slots for deliveries of this origin. New deliveries and backlog must not starve each other. */
  private freeSlotsFor(origin: Origin): number {
    const isShared = origin === 'parked' || this.waiting.parked.size > 0;
    // At least one slot is left to the other origin. A single slot goes to whichever delivery comes first.
    const max = isShared ? Math.max(1, Math.min(Math.ceil(this.slots * SHARE), this.slots - 1)) : this.slots;
    return Math.min(this.slots - this.inFlightCount, max - this.registry.used[origin]);
  }

  /** Whether the lane may take another slot when all that are reserved are taken. */
  private hasSlotFor(lane: Lane, tenant: TenantLanes): boolean {
    if (this.freeSlotsFor('queued') <= total(this.registry.reserved)) return false;
    const held = sumOf(this.registry.held, this.registry.reserved);
    const heldByTenant = sumOf(tenant.held, tenant.reserved);
    return freeSlots({ ...this.registry.slotUseOf(tenant), held, heldByTenant }, lane.pace) > 0;
  }

  /** Whether the tenant may queue more deliveries in lanes that are not prompt: half of what other tenants leave. */
  private hasQueueSpace({ queued }: TenantLanes): boolean {
    const all = this.slots * WAITING_PER_SLOT;
    const waiting = ({ untried, slow }: PaceCounts): number => untried + slow;
    return waiting(queued) < (all - waiting(this.registry.queued) + waiting(queued)) / 2;
  }

  private takeFrom<T>(lanes: readonly Lane[], take: (lane: Lane) => T[]): T[] {
    return lanes.flatMap((lane) => {
      const taken = take(lane);
      this.registry.changeQueued(lane, -taken.length);
      this.reschedule(lane);
      return taken;
    });
  }

  /** Lets a lane wait for slots if it has deliveries. Removes it if it is idle. */
  private reschedule(lane: Lane): void {
    const tenant = this.registry.tenantOf(lane);
    tenant.addWaiting(lane);
    if (lane.queued > 0) this.waiting.queued.set(lane.tenantId, tenant);
    if (lane.hasParked) this.waiting.parked.set(lane.tenantId, tenant);
    this.registry.removeIdle(lane);
  }
}
