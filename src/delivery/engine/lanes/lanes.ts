import { LRUCache } from 'lru-cache';
import type { Uuid } from '../../../shared/ids/uuid.js';
import type { QueuedDelivery, WakeUp } from '../../domain/wake-up.js';
import { Lane, type Origin, type RememberedLane } from './lane.js';
import { freeSlots, type PaceCounts, shareOfTenant, sumOf, type SlotUse, total, zeroCounts } from './slot-shares.js';
import { TenantLanes } from './tenant-lanes.js';

/** Share of the slots for parked deliveries, and for queued ones while some are parked. */
const SHARE = 0.75;
/** Maximum queued deliveries per slot in lanes that are not prompt. The rest of the room is for prompt lanes. */
const WAITING_PER_SLOT = 8;
/** How long slots stay reserved for a tenant that has no more deliveries. */
const TENANT_KEPT_MS = 600_000;
/** Maximum idle subscriptions whose pace and width are remembered. */
const MAX_REMEMBERED = 20_000;

/** Identifies a lane. */
export type LaneKey = Pick<WakeUp, 'subscriptionId' | 'tenantId'>;

/** Slots that a lane has taken for parked deliveries. */
export interface LaneSlots extends LaneKey {
  readonly free: number;
}

/**
 * All lanes of a worker, and the slots that they share. Each tenant and each lane has a limited share, so that none can
 * take the slots of the others. This is a plain data structure without I/O.
 */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  private readonly tenants = new Map<string, TenantLanes>();
  /** Tenants whose lanes wait for slots, in the order of their turns. */
  private readonly waiting: Readonly<Record<Origin, Map<string, TenantLanes>>> = {
    queued: new Map(),
    parked: new Map(),
  };
  private readonly used: Record<Origin, number> = { queued: 0, parked: 0 };
  private readonly held = zeroCounts();
  /** Slots reserved for deliveries that are being accepted. */
  private readonly reserved = zeroCounts();
  private readonly queued = zeroCounts();
  /** What idle lanes knew of their receivers. */
  private readonly remembered = new LRUCache<Uuid, RememberedLane>({ max: MAX_REMEMBERED });

  /** @param slots maximum concurrent requests over all lanes */
  constructor(private readonly slots: number) {}

  /** @returns false when the delivery must be parked */
  admit(wakeUp: WakeUp, nowMs: number): boolean {
    const lane = this.getOrCreate(wakeUp);
    const tenant = this.tenantOf(lane);
    tenant.lastUsedMs = nowMs;
    const isAdmitted = (lane.pace === 'prompt' || this.hasQueueSpace(tenant)) && lane.enqueue(wakeUp, nowMs);
    if (isAdmitted) this.changeQueued(lane, 1);
    this.reschedule(lane);
    return isAdmitted;
  }

  /** Returns the queued deliveries that may start, and takes a slot for each. Tenants and their lanes take turns. */
  takeReady(): QueuedDelivery[] {
    const ready: QueuedDelivery[] = [];
    this.takeInTurns('queued', (lane) => {
      const next = lane.dequeue(this.maxSlotsOf(lane));
      if (next === undefined) return false;
      this.changeQueued(lane, -1);
      this.changeHeld(lane, 1, 'queued');
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
    const lane = this.getOrCreate(key);
    const tenant = this.tenantOf(lane);
    tenant.lastUsedMs = nowMs;
    const isReserved = this.hasSlotFor(lane, tenant) && lane.hasSlotForNew(this.maxSlotsOf(lane));
    if (isReserved) this.changeReserved(lane, 1);
    this.reschedule(lane);
    return isReserved;
  }

  /**
   * Queues a claimed delivery whose slot was reserved, before those that are not claimed.
   *
   * @param maxInFlight limit of concurrent requests that its subscription sets now
   */
  arrive(delivery: QueuedDelivery, maxInFlight: number): void {
    const lane = this.get(delivery.subscriptionId);
    lane.arrive(delivery, maxInFlight);
    this.changeReserved(lane, -1);
    this.changeQueued(lane, 1);
    this.reschedule(lane);
  }

  /** Ends the reservation of a delivery that does not arrive. */
  cancel(subscriptionId: Uuid): void {
    const lane = this.get(subscriptionId);
    this.changeReserved(lane, -1);
    this.reschedule(lane);
  }

  /** Removes claimed deliveries that have got no slot after all, because a lane has become narrower meanwhile. */
  takeUnstarted(subscriptionIds: Iterable<Uuid>): QueuedDelivery[] {
    const lanes = [...subscriptionIds].flatMap((id) => this.lanes.get(id) ?? []);
    return this.takeFrom(lanes, (lane) => lane.takeClaimed());
  }

  /** Takes free slots for lanes with parked deliveries, which take turns. */
  takeSlotsForParked(): LaneSlots[] {
    const taken: { lane: Lane; free: number }[] = [];
    this.takeInTurns('parked', (lane) => {
      const shared = Math.min(this.freeSlotsFor('parked'), freeSlots(this.slotUseOf(this.tenantOf(lane)), lane.pace));
      const free = lane.takeFreeSlots(Math.min(shared, this.maxSlotsOf(lane) - lane.occupied));
      if (free === 0) return false;
      this.changeHeld(lane, free, 'parked');
      taken.push({ lane, free });
      return true;
    });
    // Not earlier, because each lane gets one turn.
    for (const { lane } of taken) this.reschedule(lane);
    return taken.map(({ lane: { id, tenantId }, free }) => ({ subscriptionId: id, tenantId, free }));
  }

  /** Returns taken slots in which no request was started. */
  giveBack(subscriptionId: Uuid, slots: number, origin: Origin): void {
    const lane = this.get(subscriptionId);
    lane.giveBack(slots);
    this.changeHeld(lane, -slots, origin);
    this.reschedule(lane);
  }

  /**
   * Starts a request in a taken slot.
   *
   * @returns a function that ends the request; the slot stays taken until `freeSlot`
   */
  start(subscriptionId: Uuid, maxInFlight: number, nowMs: number): (endedMs: number, isHealthy: boolean) => void {
    const lane = this.get(subscriptionId);
    const end = lane.start(maxInFlight, nowMs);
    this.reschedule(lane);
    return (endedMs, isHealthy) => {
      end(endedMs, isHealthy);
      this.updatePace(lane, endedMs);
      this.reschedule(lane);
    };
  }

  /** Frees the slot of a request whose outcome is recorded. */
  freeSlot(subscriptionId: Uuid, origin: Origin): void {
    const lane = this.get(subscriptionId);
    this.changeHeld(lane, -1, origin);
    this.reschedule(lane);
  }

  setParked(key: LaneKey, hasParked: boolean): void {
    const lane = this.getOrCreate(key);
    lane.hasParked = hasParked;
    if (!hasParked) this.tenantOf(lane).removeWaiting(lane);
    this.reschedule(lane);
  }

  /**
   * Removes queued deliveries that have waited too long for their receiver, or for slots beyond the share of their
   * tenant. Keeps those that wait because the worker has no free slot at all.
   */
  takeOverdue(nowMs: number): WakeUp[] {
    for (const lane of this.lanes.values()) this.updatePace(lane, nowMs);
    const hasSlots = this.inFlightCount < this.slots;
    const overdue: WakeUp[] = [];
    for (const lane of this.lanes.values()) {
      const isOverShare = hasSlots && freeSlots(this.slotUseOf(this.tenantOf(lane)), lane.pace) <= 0;
      const late = lane.takeOverdue(nowMs, isOverShare ? 0 : this.maxSlotsOf(lane));
      this.changeQueued(lane, -late.length);
      this.reschedule(lane);
      overdue.push(...late);
    }
    this.forgetTenants(nowMs);
    return overdue;
  }

  /** Removes all queued deliveries. */
  takeAll(): WakeUp[] {
    return this.takeFrom([...this.lanes.values()], (lane) => lane.takeAll());
  }

  /** Whether a lane waits for slots for parked deliveries. */
  get hasParked(): boolean {
    return this.waiting.parked.size > 0;
  }

  get queuedCount(): number {
    return total(this.queued);
  }

  get inFlightCount(): number {
    return total(this.held);
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
        const hasTaken = tenant.takeNext(origin, (pace) => freeSlots(this.slotUseOf(tenant), pace) > 0, take);
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
    return Math.min(this.slots - this.inFlightCount, max - this.used[origin]);
  }

  private slotUseOf({ held }: TenantLanes): SlotUse {
    return { all: this.slots, held: this.held, isAlone: this.tenants.size === 1, heldByTenant: held };
  }

  /** Slots that a lane may occupy: half of what the other lanes leave of its tenant's share, and at least 1. */
  private maxSlotsOf(lane: Lane): number {
    const tenant = this.tenantOf(lane);
    const free = shareOfTenant(this.slotUseOf(tenant)) - total(tenant.held);
    return Math.max(1, Math.floor((free + lane.occupied) / 2));
  }

  /** Whether the lane may take another slot when all that are reserved are taken. */
  private hasSlotFor(lane: Lane, tenant: TenantLanes): boolean {
    if (this.freeSlotsFor('queued') <= total(this.reserved)) return false;
    const held = sumOf(this.held, this.reserved);
    const heldByTenant = sumOf(tenant.held, tenant.reserved);
    return freeSlots({ ...this.slotUseOf(tenant), held, heldByTenant }, lane.pace) > 0;
  }

  /** Whether the tenant may queue more deliveries in lanes that are not prompt: half of what other tenants leave. */
  private hasQueueSpace({ queued }: TenantLanes): boolean {
    const all = this.slots * WAITING_PER_SLOT;
    const waiting = ({ untried, slow }: PaceCounts): number => untried + slow;
    return waiting(queued) < (all - waiting(this.queued) + waiting(queued)) / 2;
  }

  private takeFrom<T>(lanes: readonly Lane[], take: (lane: Lane) => T[]): T[] {
    return lanes.flatMap((lane) => {
      const taken = take(lane);
      this.changeQueued(lane, -taken.length);
      this.reschedule(lane);
      return taken;
    });
  }

  private getOrCreate({ subscriptionId, tenantId }: LaneKey): Lane {
    const known = this.lanes.get(subscriptionId);
    if (known) return known;
    const lane = new Lane(subscriptionId, tenantId, this.remembered.get(subscriptionId));
    this.lanes.set(subscriptionId, lane);
    return lane;
  }

  /** @throws when the subscription has no lane, which is a bug: lanes with taken slots are kept */
  private get(subscriptionId: Uuid): Lane {
    const lane = this.lanes.get(subscriptionId);
    if (lane === undefined) throw new Error(`The subscription ${subscriptionId} has no lane`);
    return lane;
  }

  private tenantOf({ tenantId }: Lane): TenantLanes {
    const known = this.tenants.get(tenantId);
    if (known) return known;
    const tenant = new TenantLanes();
    this.tenants.set(tenantId, tenant);
    return tenant;
  }

  private changeHeld(lane: Lane, slots: number, origin: Origin): void {
    lane.held += slots;
    this.used[origin] += slots;
    this.held[lane.pace] += slots;
    this.tenantOf(lane).held[lane.pace] += slots;
  }

  private changeReserved(lane: Lane, slots: number): void {
    lane.reserved += slots;
    this.reserved[lane.pace] += slots;
    this.tenantOf(lane).reserved[lane.pace] += slots;
  }

  private changeQueued(lane: Lane, deliveries: number): void {
    this.queued[lane.pace] += deliveries;
    this.tenantOf(lane).queued[lane.pace] += deliveries;
  }

  /** Updates the pace of a lane, and moves its slots and queued deliveries to the counts of the new pace. */
  private updatePace(lane: Lane, nowMs: number): void {
    const pace = lane.paceAt(nowMs);
    if (pace === lane.pace) return;
    const tenant = this.tenantOf(lane);
    tenant.removeWaiting(lane);
    for (const [counts, count] of [
      [this.held, lane.held],
      [tenant.held, lane.held],
      [this.reserved, lane.reserved],
      [tenant.reserved, lane.reserved],
      [this.queued, lane.queued],
      [tenant.queued, lane.queued],
    ] as const) {
      counts[lane.pace] -= count;
      counts[pace] += count;
    }
    lane.pace = pace;
  }

  /**
   * Lets a lane wait for slots if it has deliveries. Removes an idle lane, so that memory grows with the busy
   * subscriptions and not with all of them.
   */
  private reschedule(lane: Lane): void {
    const tenant = this.tenantOf(lane);
    tenant.addWaiting(lane);
    if (lane.queued > 0) this.waiting.queued.set(lane.tenantId, tenant);
    if (lane.hasParked) this.waiting.parked.set(lane.tenantId, tenant);
    if (!lane.isIdle) return;
    tenant.removeWaiting(lane);
    this.lanes.delete(lane.id);
    if (lane.pace !== 'untried') this.remembered.set(lane.id, lane.remember());
  }

  private forgetTenants(nowMs: number): void {
    for (const [id, tenant] of this.tenants) {
      const isBusy = total(tenant.held) + total(tenant.queued) > 0 || tenant.hasWaiting('parked');
      if (!isBusy && nowMs - tenant.lastUsedMs > TENANT_KEPT_MS) this.tenants.delete(id);
    }
  }
}
