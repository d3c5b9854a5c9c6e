import { boundedCache } from '../../../shared/bounded-cache.js';
import type { Uuid } from '../../../shared/ids/uuid.js';
import type { WakeUp } from '../../domain/wake-up.js';
import { Lane, type Origin, type RememberedLane } from './lane.js';
import { freeSlots, shareOfTenant, type SlotUse, total, zeroCounts } from './slot-shares.js';
import { TenantLanes } from './tenant-lanes.js';

/** How long slots stay reserved for a tenant that has no more deliveries. */
const TENANT_KEPT_MS = 600_000;
/** Maximum idle subscriptions whose pace and width are remembered. */
const MAX_REMEMBERED = 20_000;

/** Identifies a lane. */
export type LaneKey = Pick<WakeUp, 'subscriptionId' | 'tenantId'>;

/** The busy lanes of a worker, their tenants, and counts of what they hold. `Lanes` decides which lane is next. */
export class LaneRegistry {
  /** Slots held by lanes. */
  readonly held = zeroCounts();
  /** Slots reserved for deliveries that are being accepted. */
  readonly reserved = zeroCounts();
  /** Deliveries queued in lanes. */
  readonly queued = zeroCounts();
  /** Slots held for deliveries of each origin. */
  readonly used: Record<Origin, number> = { queued: 0, parked: 0 };

  private readonly lanes = new Map<Uuid, Lane>();
  private readonly tenants = new Map<string, TenantLanes>();
  /** What idle lanes knew of their receivers. */
  private readonly remembered = boundedCache<Uuid, RememberedLane>(MAX_REMEMBERED);

  /** @param slots maximum concurrent requests over all lanes */
  constructor(private readonly slots: number) {}

  get all(): IterableIterator<Lane> {
    return this.lanes.values();
  }

  find(subscriptionId: Uuid): Lane | undefined {
    return this.lanes.get(subscriptionId);
  }

  /** @param nowMs without it, a new lane does not begin with the width that it had before it was idle */
  getOrCreate({ subscriptionId, tenantId }: LaneKey, nowMs = Infinity): Lane {
    const known = this.lanes.get(subscriptionId);
    if (known) return known;
    const lane = new Lane(subscriptionId, tenantId, this.remembered.get(subscriptionId), nowMs);
    this.lanes.set(subscriptionId, lane);
    return lane;
  }

  /** @throws when the subscription has no lane, which is a bug: lanes with taken slots are kept */
  get(subscriptionId: Uuid): Lane {
    const lane = this.lanes.get(subscriptionId);
    if (lane === undefined) throw new Error(`The subscription ${subscriptionId} has no lane`);
    return lane;
  }

  tenantOf({ tenantId }: Lane): TenantLanes {
    const known = this.tenants.get(tenantId);
    if (known) return known;
    const tenant = new TenantLanes();
    this.tenants.set(tenantId, tenant);
    return tenant;
  }

  slotUseOf({ held }: TenantLanes): SlotUse {
    return { all: this.slots, held: this.held, isAlone: this.tenants.size === 1, heldByTenant: held };
  }

  /** Slots that the lane may still take of the share of its tenant; 0 or negative when there are none. */
  freeSlotsOf(lane: Lane): number {
    return freeSlots(this.slotUseOf(this.tenantOf(lane)), lane.pace);
  }

  /** Slots that a lane may occupy: half of what the other lanes leave of its tenant's share, and at least 1. */
  maxSlotsOf(lane: Lane): number {
    const tenant = this.tenantOf(lane);
    const free = shareOfTenant(this.slotUseOf(tenant)) - total(tenant.held);
    return Math.max(1, Math.floor((free + lane.occupied) / 2));
  }

  changeHeld(lane: Lane, slots: number, origin: Origin): void {
    lane.held += slots;
    this.used[origin] += slots;
    this.held[lane.pace] += slots;
    this.tenantOf(lane).held[lane.pace] += slots;
  }

  changeReserved(lane: Lane, slots: number): void {
    lane.reserved += slots;
    this.reserved[lane.pace] += slots;
    this.tenantOf(lane).reserved[lane.pace] += slots;
  }

  changeQueued(lane: Lane, deliveries: number): void {
    this.queued[lane.pace] += deliveries;
    this.tenantOf(lane).queued[lane.pace] += deliveries;
  }

  /** Updates the pace of a lane, and moves its slots and queued deliveries to the counts of the new pace. */
  updatePace(lane: Lane, nowMs: number): void {
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

  /** Removes a lane if it is idle, so that memory grows with the busy subscriptions and not with all of them. */
  removeIdle(lane: Lane): void {
    if (!lane.isIdle) return;
    this.tenantOf(lane).removeWaiting(lane);
    this.lanes.delete(lane.id);
    if (lane.pace !== 'untried') this.remembered.set(lane.id, lane.remember());
  }

  removeIdleTenants(nowMs: number): void {
    for (const [id, tenant] of this.tenants) {
      const isBusy = total(tenant.held) + total(tenant.queued) > 0 || tenant.hasWaiting('parked');
      if (!isBusy && nowMs - tenant.lastUsedMs > TENANT_KEPT_MS) this.tenants.delete(id);
    }
  }
}
