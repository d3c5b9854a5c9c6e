import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { isDatabaseUnavailable } from '../../shared/database/unavailable.js';
import { GroupWriter } from '../../shared/group-writer.js';
import { type Uuid, uuidTimeMs } from '../../shared/ids/uuid.js';
import type { Linger } from '../../shared/lingering.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { effectivePolicy } from '../../subscriptions/index.js';
import { AttemptPipeline } from '../attempt/attempt-pipeline.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryRepository } from '../storage/delivery.repository.js';
import { handOut } from '../domain/hand-out.js';
import type { Origin } from './lanes/lane.js';
import { Lanes } from './lanes/lanes.js';
import { WaitingRoom } from './lanes/waiting-room.js';

const CLAIM_GROUP = 256;
/** While lanes let much through, a claim waits a little to be worth its round trip. */
const LINGER: Linger = { ms: 3, fullAt: 100, fromRate: 2000 };
/** Parked deliveries of a deleted subscription that are cancelled at one look around. */
const CANCEL_GROUP = 2000;
/**
 * Subscriptions with parked deliveries that one look around finds: a tenant may have very many, and the next look goes
 * on.
 */
const LOOKED_AT = 5000;
/** Deliveries that wait in lanes for each slot before a job has to wait. */
const QUEUED_PER_SLOT = 16;
/** And before what is due is parked: it is older, and must not fill the lanes that new events come through. */
const DUE_PER_SLOT = 4;
/** What was accepted longer ago than this does not wait for room: it is parked, so that what came after it can pass. */
const WAIT_FOR_ROOM_MS = 3000;

/** A delivery in flight, and since when at the most, by this process's clock: the lease began no sooner. */
interface Claim {
  readonly delivery: ClaimedDelivery;
  readonly sinceMs: number;
}

/** A slot of a lane. */
interface Slot {
  readonly laneId: Uuid;
  readonly origin: Origin;
}

/**
 * What a worker does with deliveries: it admits them to the lanes of their subscriptions, claims what the lanes let
 * through, and hands it to the attempt pipeline. What a lane has no room for is parked, and pulled when there is room.
 */
@Injectable()
export class DeliveryWorker {
  private readonly lanes: Lanes;
  private readonly claims: GroupWriter<WakeUp, Claim | null>;
  private readonly parking: GroupWriter<WakeUp, null>;
  private readonly graceMs: number;
  private readonly waitingRoom = new WaitingRoom(() => this.hasRoom || this.isStopping);
  private lookedUpTo: Uuid | null = null;
  private isPulling = false;
  private isAdvancing = false;
  private isStopping = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly pipeline: AttemptPipeline,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {
    this.lanes = new Lanes(settings.workerConcurrency);
    this.graceMs = settings.leaseGrace * 1000;
    this.claims = new GroupWriter((wakeUps) => this.claim(wakeUps), {
      items: CLAIM_GROUP,
      groups: 2,
      linger: LINGER,
    });
    this.parking = new GroupWriter((wakeUps) => this.park(wakeUps), { items: CLAIM_GROUP, groups: 1 });
  }

  /**
   * Takes a job over. Resolves as soon as each delivery is in its lane or parked: it waits for no receiver. Before that
   * it waits while the lanes are full over all, so that another worker may take the next job, but only until the
   * deliveries have waited for some seconds since they were accepted. Then all workers are behind, and what is new
   * would be behind them.
   */
  async admit(wakeUps: readonly WakeUp[]): Promise<void> {
    if (this.hasRoom || (await this.waitingRoom.wait(this.patienceMs(wakeUps)))) await this.take(wakeUps);
    else await this.parkAll(wakeUps);
  }

  private patienceMs([first]: readonly WakeUp[]): number {
    if (first === undefined) return WAIT_FOR_ROOM_MS;
    // Not below zero: the clock of whoever accepted them may be ahead.
    return WAIT_FOR_ROOM_MS - Math.max(this.clock.nowMs() - uuidTimeMs(first.id), 0);
  }

  /** Lets lanes pull what somebody has parked. */
  noteParked(wakeUps: readonly WakeUp[]): void {
    this.metrics.deliveriesParked.inc(wakeUps.length);
    for (const wakeUp of wakeUps) this.lanes.setParked(wakeUp, true);
    this.advance();
  }

  /** As `admit`, without the wait. */
  async take(wakeUps: readonly WakeUp[]): Promise<void> {
    if (this.isStopping) {
      await this.giveBack(wakeUps);
      return;
    }
    const nowMs = this.clock.monotonicMs();
    const refused = wakeUps.filter((wakeUp) => !this.lanes.admit(wakeUp, nowMs));
    this.advance();
    await this.parkAll(refused);
  }

  /** Looks which subscriptions have parked deliveries, and parks what has waited too long. With each due scan. */
  async lookAround(): Promise<void> {
    if (this.isStopping) return;
    await this.parkAll(this.lanes.takeOverdue(this.clock.monotonicMs()));
    const { active, deleted, last } = await this.repository.listWithParked(this.lookedUpTo, LOOKED_AT);
    this.lookedUpTo = last;
    for (const key of active) this.lanes.setParked(key, true);
    if (deleted.length > 0) {
      const cancelled = await this.repository.cancelParkedOfDeleted(deleted, CANCEL_GROUP);
      if (cancelled > 0) this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' }, cancelled);
    }
    this.advance();
  }

  /**
   * Takes nothing more, gives back what it has not claimed, and waits for what is in flight.
   *
   * @returns how many were still in flight when the time was up
   */
  async stop(timeoutMs: number): Promise<number> {
    this.isStopping = true;
    this.waitingRoom.look();
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
    await Promise.race([timeout, this.finish()]);
    return this.lanes.inFlightCount;
  }

  private async finish(): Promise<void> {
    await this.giveBack(this.lanes.takeAll());
    if (this.lanes.inFlightCount > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
  }

  /** Whether it takes jobs as they come: not while its lanes are full over all. */
  get hasRoom(): boolean {
    return this.lanes.queuedCount < this.settings.workerConcurrency * QUEUED_PER_SLOT;
  }

  /** Whether its lanes take what is due. */
  get hasRoomForDue(): boolean {
    return this.lanes.queuedCount < this.settings.workerConcurrency * DUE_PER_SLOT;
  }

  /** Starts everything that may start now: once, for all that one group of results or one answer has changed. */
  private advance(): void {
    if (this.isAdvancing) return;
    this.isAdvancing = true;
    queueMicrotask(this.advanceNow);
  }

  private readonly advanceNow = (): void => {
    this.isAdvancing = false;
    if (this.isStopping) {
      if (this.lanes.inFlightCount === 0) this.whenIdle?.();
      return;
    }
    for (const wakeUp of this.lanes.takeReady()) void this.deliver(wakeUp);
    if (this.lanes.hasParked && !this.isPulling) void this.pull();
    this.waitingRoom.look();
  };

  private async deliver(wakeUp: WakeUp): Promise<void> {
    const claim = await this.claims.submit(wakeUp);
    if (claim === null) this.lanes.giveBack(wakeUp.subscriptionId, 1, 'queued');
    else await this.attempt(claim, { laneId: wakeUp.subscriptionId, origin: 'queued' });
    this.advance();
  }

  /** @param slot the one that was taken for it: a wake-up may name another subscription than the delivery has */
  private async attempt({ delivery, sinceMs }: Claim, { laneId, origin }: Slot): Promise<void> {
    // Its request could outlive the lease, and meet the next attempt of another worker. So it is left to that one.
    if (this.clock.monotonicMs() - sinceMs > this.graceMs) {
      this.logger.warn({ delivery_id: delivery.publicIds.delivery, attempt: delivery.attempt }, 'attempt.too_late');
      this.lanes.giveBack(laneId, 1, origin);
      return;
    }
    const policy = effectivePolicy(delivery.subscription, this.settings);
    const end = this.lanes.start(laneId, policy.maxInFlight, this.clock.monotonicMs());
    this.metrics.attemptsInFlight.inc();
    await this.pipeline.run(delivery, policy, (isWell) => {
      end(this.clock.monotonicMs(), isWell);
      this.metrics.attemptsInFlight.dec();
      this.advance();
    });
    this.lanes.freeSlot(laneId, origin);
  }

  /** Claims parked deliveries into free slots of their lanes. */
  private async pull(): Promise<void> {
    const wanted = this.lanes.takeForParked();
    if (wanted.length === 0) return;
    this.isPulling = true;
    const sinceMs = this.clock.monotonicMs();
    let pulled: ClaimedDelivery[] = [];
    try {
      pulled = await this.repository.pull(wanted);
    } catch (error) {
      this.complain(error, 'deliveries.not_pulled');
    }
    this.isPulling = false;
    const bySubscription = Map.groupBy(pulled, ({ subscriptionId }) => subscriptionId);
    for (const { free, ...key } of wanted) {
      const { subscriptionId } = key;
      const found = bySubscription.get(subscriptionId)?.length ?? 0;
      // Fewer than asked for: nothing is left, or it is paused. The next look around tells.
      if (found < free) this.lanes.setParked(key, false);
      if (found < free) this.lanes.giveBack(subscriptionId, free - found, 'parked');
    }
    for (const delivery of pulled) {
      void this.attempt({ delivery, sinceMs }, { laneId: delivery.subscriptionId, origin: 'parked' }).then(() => {
        this.advance();
      });
    }
    this.advance();
  }

  /** Never throws: null for what could not be claimed. */
  private async claim(wakeUps: WakeUp[]): Promise<(Claim | null)[]> {
    const sinceMs = this.clock.monotonicMs();
    const days = Map.groupBy(wakeUps, (wakeUp) => this.repository.dayOf(wakeUp));
    const claimed = await Promise.all([...days.values()].map((ofDay) => this.claimOfDay(ofDay)));
    return handOut(wakeUps, claimed.flat()).map((delivery) => delivery && { delivery, sinceMs });
  }

  private async claimOfDay(wakeUps: WakeUp[]): Promise<ClaimedDelivery[]> {
    try {
      const claimed = await this.repository.claim(wakeUps);
      const claimedIds = new Set(claimed.map(({ id }) => id));
      const unclaimed = wakeUps.filter(({ id }) => !claimedIds.has(id));
      // Beside what was claimed, which is sent at once: its lease runs.
      if (unclaimed.length > 0) void this.settleUnclaimed(unclaimed);
      return claimed;
    } catch (error) {
      // They are pending, or in flight under a lease that will be over: the due scan brings them back.
      this.complain(error, 'deliveries.not_claimed');
      return [];
    }
  }

  /** Never throws. */
  private async settleUnclaimed(wakeUps: WakeUp[]): Promise<void> {
    try {
      const cancelled = await this.repository.settleUnclaimed(wakeUps);
      if (cancelled > 0) this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' }, cancelled);
    } catch (error) {
      this.complain(error, 'deliveries.not_settled');
    }
  }

  private async parkAll(wakeUps: readonly WakeUp[]): Promise<void> {
    if (wakeUps.length === 0) return;
    await Promise.all(wakeUps.map((wakeUp) => this.parking.submit(wakeUp)));
    this.noteParked(wakeUps);
  }

  private async park(wakeUps: WakeUp[]): Promise<null[]> {
    await this.repository.park(wakeUps);
    return wakeUps.map(() => null);
  }

  private async giveBack(wakeUps: readonly WakeUp[]): Promise<void> {
    if (wakeUps.length === 0) return;
    try {
      await this.repository.giveBack(wakeUps);
    } catch (error) {
      this.complain(error, 'deliveries.not_given_back');
    }
  }

  private complain(error: unknown, what: string): void {
    if (isDatabaseUnavailable(error)) this.logger.warn({ err: error }, what);
    else this.logger.error({ err: error }, what);
  }
}
