import { LRUCache } from 'lru-cache';
import type { Uuid } from '../../../shared/ids/uuid.js';
import type { WakeUp } from '../../domain/wake-up.js';
import { Lane, type Origin } from './lane.js';
import { freeSlots, noSlots, type Pace, shareOfTenant, type Slots, total } from './slot-shares.js';
import { TenantLanes } from './tenant-lanes.js';

/** Share of the slots that queued deliveries may use while others are parked, and parked ones at any time. */
const SHARE = 0.75;
/** Deliveries for each slot that wait in lanes which are not prompt. More are parked, so that the others find room. */
const WAITING_PER_SLOT = 8;
/** How long a tenant without deliveries still counts, so that it finds slots when it comes back. */
const TENANT_KEPT_MS = 600_000;
/** Subscriptions whose pace is remembered while they have no deliveries. */
const MAX_REMEMBERED = 20_000;

/** Whose lane it is. */
export type LaneKey = Pick<WakeUp, 'subscriptionId' | 'tenantId'>;

/** Slots that a lane has taken. */
export interface LaneSlots extends LaneKey {
  readonly free: number;
}

/**
 * All lanes of a worker, and the slots that they share in such a way that no tenant and no lane takes what others need.
 * Plain data structure: it sends nothing and waits for nothing.
 */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  private readonly tenants = new Map<string, TenantLanes>();
  /** Tenants with lanes that wait for slots, in the order of their turns. */
  private readonly waiting: Readonly<Record<Origin, Map<string, TenantLanes>>> = {
    queued: new Map(),
    parked: new Map(),
  };
  private readonly used: Record<Origin, number> = { queued: 0, parked: 0 };
  private readonly held = noSlots();
  private readonly queued = noSlots();
  private readonly paces = new LRUCache<Uuid, Pace>({ max: MAX_REMEMBERED });

  /** @param slots requests in flight at once, over all lanes */
  constructor(private readonly slots: number) {}

  /** @returns false when the delivery must be parked */
  admit(wakeUp: WakeUp, nowMs: number): boolean {
    const lane = this.open(wakeUp);
    const tenant = this.tenantOf(lane);
    tenant.lastUsedMs = nowMs;
    const isAdmitted = (lane.pace === 'prompt' || this.hasPlace(tenant)) && lane.enqueue(wakeUp, nowMs);
    if (isAdmitted) this.countQueued(lane, 1);
    this.settle(lane);
    return isAdmitted;
  }

  /** Deliveries that may be claimed now, tenant by tenant and lane by lane in turns. Each takes a slot. */
  takeReady(): WakeUp[] {
    const ready: WakeUp[] = [];
    this.takeInTurns('queued', (lane) => {
      const next = lane.dequeue(this.mostOf(lane));
      if (next === undefined) return false;
      this.countQueued(lane, -1);
      this.hold(lane, 1, 'queued');
      this.settle(lane);
      ready.push(next);
      return true;
    });
    return ready;
  }

  /** Slots for parked deliveries, of every lane that has some, in turns; each is taken. */
  takeForParked(): LaneSlots[] {
    const taken: { lane: Lane; free: number }[] = [];
    this.takeInTurns('parked', (lane) => {
      const shared = Math.min(this.freeOf('parked'), freeSlots(this.slotsFor(this.tenantOf(lane)), lane.pace));
      const free = lane.takeFree(Math.min(shared, this.mostOf(lane) - lane.occupied));
      if (free === 0) return false;
      this.hold(lane, free, 'parked');
      taken.push({ lane, free });
      return true;
    });
    // Only now: each lane has one turn.
    for (const { lane } of taken) this.settle(lane);
    return taken.map(({ lane: { id, tenantId }, free }) => ({ subscriptionId: id, tenantId, free }));
  }

  /** Ends the use of slots that were taken and of which nothing came. */
  giveBack(subscriptionId: Uuid, slots: number, origin: Origin): void {
    const lane = this.laneOf(subscriptionId);
    lane.giveBack(slots);
    this.hold(lane, -slots, origin);
    this.settle(lane);
  }

  /**
   * A slot becomes a request in flight.
   *
   * @returns what ends the request; the slot itself ends with `freeSlot`
   */
  start(subscriptionId: Uuid, most: number, nowMs: number): (endedMs: number, isWell: boolean) => void {
    const lane = this.laneOf(subscriptionId);
    const end = lane.start(most, nowMs);
    this.settle(lane);
    return (endedMs, isWell) => {
      end(endedMs, isWell);
      this.judge(lane, endedMs);
      this.settle(lane);
    };
  }

  /** The outcome of a request is recorded: its slot is free. */
  freeSlot(subscriptionId: Uuid, origin: Origin): void {
    const lane = this.laneOf(subscriptionId);
    this.hold(lane, -1, origin);
    this.settle(lane);
  }

  setParked(key: LaneKey, hasParked: boolean): void {
    const lane = this.open(key);
    lane.hasParked = hasParked;
    if (!hasParked) this.tenantOf(lane).leave(lane);
    this.settle(lane);
  }

  /**
   * Removes what has waited too long in any lane: for its receiver, or for slots that its tenant may not have now. What
   * waits because the worker has none left at all stays.
   */
  takeOverdue(nowMs: number): WakeUp[] {
    for (const lane of this.lanes.values()) this.judge(lane, nowMs);
    const hasSlots = this.inFlightCount < this.slots;
    const overdue: WakeUp[] = [];
    for (const lane of this.lanes.values()) {
      const isHeldUp = hasSlots && freeSlots(this.slotsFor(this.tenantOf(lane)), lane.pace) <= 0;
      const late = lane.takeOverdue(nowMs, isHeldUp ? 0 : this.mostOf(lane));
      this.countQueued(lane, -late.length);
      this.settle(lane);
      overdue.push(...late);
    }
    this.forgetTenants(nowMs);
    return overdue;
  }

  /** Removes all that waits. */
  takeAll(): WakeUp[] {
    return [...this.lanes.values()].flatMap((lane) => {
      const all = lane.takeAll();
      this.countQueued(lane, -all.length);
      this.settle(lane);
      return all;
    });
  }

  /** Whether some lane waits for slots for parked deliveries. */
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
   * Gives each tenant its turn, and within it one of its lanes, again and again, until nobody takes anything more.
   *
   * @param take whether the lane has taken something
   */
  private takeInTurns(origin: Origin, take: (lane: Lane) => boolean): void {
    const tenants = this.waiting[origin];
    for (let isOver = false; !isOver;) {
      isOver = true;
      let turns = tenants.size;
      for (const [id, tenant] of tenants) {
        // Whoever has had a turn is put behind the others, which a Map visits in the order of insertion.
        if (turns === 0 || this.freeOf(origin) <= 0) break;
        turns -= 1;
        const hasTaken = tenant.takeNext(origin, (pace) => freeSlots(this.slotsFor(tenant), pace) > 0, take);
        if (hasTaken) isOver = false;
        else if (tenant.hasWaiting(origin)) continue;
        tenants.delete(id);
        if (tenant.hasWaiting(origin)) tenants.set(id, tenant);
      }
      if (this.freeOf(origin) <= 0) return;
    }
  }

  /** Free slots that deliveries of this origin may use: new ones and backlog must not starve each other. */
  private freeOf(origin: Origin): number {
    const isShared = origin === 'parked' || this.waiting.parked.size > 0;
    // However few slots there are, one is left to the others; with a single one, whoever comes first has it.
    const most = isShared ? Math.max(1, Math.min(Math.ceil(this.slots * SHARE), this.slots - 1)) : this.slots;
    return Math.min(this.slots - this.inFlightCount, most - this.used[origin]);
  }

  private slotsFor({ held }: TenantLanes): Slots {
    return { all: this.slots, held: this.held, isAlone: this.tenants.size === 1, heldByTenant: held };
  }

  /**
   * Slots that a lane may occupy: no more than half of those that it leaves free of what its tenant may hold. At least
   * one.
   */
  private mostOf(lane: Lane): number {
    const tenant = this.tenantOf(lane);
    const free = shareOfTenant(this.slotsFor(tenant)) - total(tenant.held);
    return Math.max(1, Math.floor((free + lane.occupied) / 2));
  }

  /** Whether one more delivery may wait in a lane of this tenant that is not prompt. */
  private hasPlace({ queued }: TenantLanes): boolean {
    const all = this.slots * WAITING_PER_SLOT;
    const waiting = ({ untried, slow }: Record<Pace, number>): number => untried + slow;
    return waiting(queued) < (all - waiting(this.queued) + waiting(queued)) / 2;
  }

  private open({ subscriptionId, tenantId }: LaneKey): Lane {
    const known = this.lanes.get(subscriptionId);
    if (known) return known;
    const lane = new Lane(subscriptionId, tenantId, this.paces.get(subscriptionId) ?? 'untried');
    this.lanes.set(subscriptionId, lane);
    return lane;
  }

  /** The lane of a subscription that has something under way. */
  private laneOf(subscriptionId: Uuid): Lane {
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

  private hold(lane: Lane, slots: number, origin: Origin): void {
    lane.held += slots;
    this.used[origin] += slots;
    this.held[lane.pace] += slots;
    this.tenantOf(lane).held[lane.pace] += slots;
  }

  private countQueued(lane: Lane, deliveries: number): void {
    this.queued[lane.pace] += deliveries;
    this.tenantOf(lane).queued[lane.pace] += deliveries;
  }

  /** Updates the pace of a lane, and counts what it holds and queues under the new pace. */
  private judge(lane: Lane, nowMs: number): void {
    const pace = lane.paceAt(nowMs);
    if (pace === lane.pace) return;
    const tenant = this.tenantOf(lane);
    tenant.leave(lane);
    for (const [counts, count] of [
      [this.held, lane.held],
      [tenant.held, lane.held],
      [this.queued, lane.queued],
      [tenant.queued, lane.queued],
    ] as const) {
      counts[lane.pace] -= count;
      counts[pace] += count;
    }
    lane.pace = pace;
  }

  /**
   * Lines a lane up for what it has. Forgets one that has nothing to do, so that memory follows the busy subscriptions
   * and not all there are.
   */
  private settle(lane: Lane): void {
    const tenant = this.tenantOf(lane);
    tenant.lineUp(lane);
    if (lane.queued > 0) this.waiting.queued.set(lane.tenantId, tenant);
    if (lane.hasParked) this.waiting.parked.set(lane.tenantId, tenant);
    if (!lane.isIdle) return;
    tenant.leave(lane);
    this.lanes.delete(lane.id);
    if (lane.pace !== 'untried') this.paces.set(lane.id, lane.pace);
  }

  private forgetTenants(nowMs: number): void {
    for (const [id, tenant] of this.tenants) {
      const isBusy = total(tenant.held) + total(tenant.queued) > 0 || tenant.hasWaiting('parked');
      if (!isBusy && nowMs - tenant.lastUsedMs > TENANT_KEPT_MS) this.tenants.delete(id);
    }
  }
}
