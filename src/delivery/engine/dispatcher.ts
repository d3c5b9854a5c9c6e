import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/time/clock.js';
import type { Claim } from '../domain/claimed-delivery.js';
import type { QueuedDelivery, WakeUp } from '../domain/wake-up.js';
import { Capacity } from './capacity.js';
import { Claiming } from './claiming.js';
import { Lanes, type LaneSlots } from './lanes/lanes.js';
import { Parking } from './parking.js';
import { Pulling } from './pulling.js';
import { type Slot, SlottedAttempts } from './slotted-attempts.js';

/** A claimed delivery, and the limit of concurrent requests that its subscription sets now. */
interface Arrival extends QueuedDelivery {
  readonly maxInFlight: number;
}

/**
 * Moves deliveries through their lanes. As slots become free, it claims queued deliveries, pulls parked ones, and
 * starts an attempt for each.
 */
@Injectable()
export class Dispatcher {
  private isAdvancing = false;
  private isStopping = false;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly lanes: Lanes,
    private readonly capacity: Capacity,
    private readonly parking: Parking,
    private readonly claiming: Claiming,
    private readonly pulling: Pulling,
    private readonly attempts: SlottedAttempts,
    private readonly clock: Clock,
  ) {}

  /** Resolves when each delivery is queued in its lane, or parked because its lane is full. */
  async dispatch(wakeUps: readonly WakeUp[]): Promise<void> {
    if (this.isStopping) {
      await this.parking.giveBack(wakeUps);
      return;
    }
    const nowMs = this.clock.monotonicMs();
    const refused = wakeUps.filter((wakeUp) => !this.lanes.admit(wakeUp, nowMs));
    this.advance();
    if (refused.length > 0) await this.park(refused);
  }

  /**
   * Starts claimed deliveries whose slots are reserved. None of them waits, because meanwhile its subscription could be
   * paused: one that cannot start now is given back.
   */
  arrive(deliveries: readonly Arrival[]): void {
    const lanes = new Set(deliveries.map(({ subscriptionId }) => subscriptionId));
    for (const { maxInFlight, ...delivery } of deliveries) this.lanes.arrive(delivery, maxInFlight);
    if (!this.isStopping) this.startReady();
    void this.parking.undoClaims(this.lanes.takeUnstarted(lanes).flatMap(({ claim }) => claim?.delivery ?? []));
  }

  /** Parks deliveries until their lanes have room to pull them. */
  async park(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.parking.park(wakeUps);
    this.advance();
  }

  /** Starts all deliveries that can have a slot. Calls in a row, as after a group of results, lead to one pass. */
  advance(): void {
    if (this.isAdvancing) return;
    this.isAdvancing = true;
    queueMicrotask(this.advanceNow);
  }

  /**
   * Takes no more deliveries, gives back those not yet claimed, and waits for those in flight.
   *
   * @returns number of deliveries that are in flight, or not recorded, at the timeout
   */
  async stop(timeoutMs: number): Promise<number> {
    this.isStopping = true;
    this.capacity.open();
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
    await Promise.race([timeout, this.finish()]);
    return this.attempts.unfinishedCount;
  }

  private async finish(): Promise<void> {
    await this.parking.giveBack(this.lanes.takeAll());
    if (this.attempts.unfinishedCount > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  private readonly advanceNow = (): void => {
    this.isAdvancing = false;
    if (this.isStopping) {
      if (this.attempts.unfinishedCount === 0) this.onIdle?.();
      return;
    }
    this.startReady();
    if (this.lanes.hasParked) this.pulling.whenDue(this.pull);
    this.capacity.recheck();
  };

  private startReady(): void {
    for (const queued of this.lanes.takeReady()) void this.deliver(queued);
  }

  private readonly onAnswered = (): void => {
    this.pulling.noteFreeSlot();
    this.advance();
  };

  private readonly onRecorded = (): void => {
    this.advance();
  };

  private async deliver(queued: QueuedDelivery): Promise<void> {
    const slot = { laneId: queued.subscriptionId, origin: 'queued' } as const;
    const claim = queued.claim ?? (await this.claiming.claim(queued));
    if (claim === null) this.lanes.giveBack(slot.laneId, 1, slot.origin);
    else await this.attempt(claim, slot);
    this.advance();
  }

  private readonly pull = (): void => {
    const slots = this.isStopping ? [] : this.lanes.takeSlotsForParked();
    if (slots.length > 0) void this.deliverParked(slots);
  };

  private async deliverParked(slots: readonly LaneSlots[]): Promise<void> {
    for (const claim of await this.pulling.pull(slots)) {
      const slot = { laneId: claim.delivery.subscriptionId, origin: 'parked' } as const;
      void this.attempt(claim, slot).then(this.onRecorded);
    }
    this.advance();
  }

  private async attempt(claim: Claim, slot: Slot): Promise<void> {
    if (!(await this.attempts.run(claim, slot, this.onAnswered))) await this.parking.undoClaims([claim.delivery]);
  }
}
