import type { Uuid } from '../../../shared/ids/uuid.js';
import type { QueuedDelivery, WakeUp } from '../../domain/wake-up.js';
import type { Pace } from './slot-shares.js';

/** Where a delivery comes from: the queue of its lane, or the parked deliveries in PostgreSQL. */
export type Origin = 'queued' | 'parked';

/** A lane queues as many deliveries as its receiver handles in this time. Deliveries that wait longer are parked. */
const QUEUE_MS = 1000;
/** Every lane may queue this many deliveries, however slow its receiver is. */
const MIN_QUEUE = 16;
/** Width of a lane from the first claim on, until the receiver answers: at most this many of its requests can hang. */
const START_WIDTH = 8;
/**
 * Minimum width while a receiver fails fast. Its requests hold their slots only briefly, and its deliveries should not
 * back up. If it fails slowly, the minimum width is 1.
 */
const FAILING_WIDTH = 4;
/** A receiver fails fast if its average request takes less time than this. */
const FAST_FAILURE_MS = 250;
/** Weight of the newest duration in the moving average. */
const NEWEST_WEIGHT = 0.2;
/** A receiver that answers within this time is prompt: its requests free their slots before other lanes need them. */
const PROMPT_MS = 1000;

/** After this time without a healthy answer, nobody knows how many requests the receiver takes at once. */
const COLD_MS = 30_000;

/** What is remembered of a lane while it is idle. */
export interface RememberedLane {
  readonly pace: Pace;
  readonly width: number;
  /** When the receiver last gave a healthy answer. */
  readonly answeredMs: number;
}

interface Queued {
  readonly wakeUp: WakeUp;
  readonly sinceMs: number;
}

/** A worker's deliveries to one subscription: a short queue, and a limited number in flight. */
export class Lane {
  /** Whether some of its deliveries are parked in PostgreSQL. */
  hasParked = false;
  /** Slots of the worker that the lane holds, from the claim of a delivery until its slot is freed. */
  held = 0;
  private queue: Queued[] = [];
  /** Claimed deliveries that are about to start. */
  private readonly arrived: QueuedDelivery[] = [];
  /** Requests in flight, the oldest first. */
  private readonly requests = new Set<{ startedMs: number }>();
  /** Slots reserved for deliveries that are being accepted. */
  reserved = 0;
  /** Slots taken for deliveries that are still being claimed. */
  private claiming = 0;
  private averageMs = 0;
  /** Whether the last slot went to a queued delivery, not to a parked one. */
  private wasFromQueue = false;
  /**
   * Current limit of concurrent requests. It is 1 until the first claim has read the subscription's limit, and then
   * START_WIDTH, or that limit if it is lower. Each healthy response adds 1, up to the limit. From the second failure
   * in a row on, each failure halves it, down to the few requests, or the single one, that find out when the receiver
   * recovers.
   */
  private width = 1;
  private hasReadLimit = false;
  /** Width of the lane before it was idle, unless that is too long ago. The limit may have changed since. */
  private readonly lastWidth: number;
  /** When the receiver last gave a healthy answer; never, as far as this worker knows: -Infinity. */
  private answeredMs: number;
  private failuresInRow = 0;
  private lastDurationMs: number | undefined;

  /** Last known pace of the receiver. `Lanes` updates it from `paceAt`. */
  pace: Pace;

  constructor(
    readonly id: Uuid,
    readonly tenantId: string,
    remembered: RememberedLane | undefined,
    nowMs: number,
  ) {
    this.pace = remembered?.pace ?? 'untried';
    this.answeredMs = remembered?.answeredMs ?? -Infinity;
    this.lastWidth = remembered && !this.isCold(nowMs) ? remembered.width : 1;
  }

  /**
   * Lets a lane that finds a backlog begin with a single request, unless its receiver has answered well lately. Then
   * each healthy answer adds one, so that a receiver that was down or paused is not met by all of its backlog at once.
   */
  warmUp(nowMs: number): void {
    if (!this.isCold(nowMs)) return;
    this.width = 1;
    this.hasReadLimit = true;
  }

  /** @returns false when the queue is full and the delivery must be parked */
  enqueue(wakeUp: WakeUp, nowMs: number): boolean {
    if (this.queue.length >= this.queueLimit(nowMs)) return false;
    this.queue.push({ wakeUp, sinceMs: nowMs });
    return true;
  }

  /**
   * Returns the next queued delivery and takes a slot for it, if the lane may have one and occupies fewer than
   * `maxSlots`.
   */
  dequeue(maxSlots: number): QueuedDelivery | undefined {
    if (!this.hasSlotForQueue(maxSlots)) return undefined;
    const next = this.arrived.shift() ?? this.queue.shift()?.wakeUp;
    if (next === undefined) return undefined;
    this.claiming += 1;
    this.wasFromQueue = true;
    return next;
  }

  /**
   * Whether the lane has a free slot for a delivery that is about to be accepted. Those queued or parked come first.
   */
  hasSlotForNew(maxSlots: number): boolean {
    const width = this.hasReadLimit ? this.width : this.lastWidth;
    return !this.hasParked && this.occupied + this.queued + this.reserved < Math.min(width, maxSlots);
  }

  /** Queues a claimed delivery before all that are not. @param maxInFlight limit of its subscription now */
  arrive(delivery: QueuedDelivery, maxInFlight: number): void {
    this.arrived.push(delivery);
    this.readLimit(maxInFlight);
  }

  /** Removes claimed deliveries that have not started. */
  takeClaimed(): QueuedDelivery[] {
    return this.arrived.splice(0);
  }

  /** Takes up to `maxSlots` free slots for parked deliveries. Give back those that are not needed. */
  takeFreeSlots(maxSlots: number): number {
    const free = Math.max(0, Math.min(this.width - this.occupied, maxSlots));
    this.claiming += free;
    if (free > 0) this.wasFromQueue = false;
    return free;
  }

  giveBack(slots: number): void {
    this.claiming -= slots;
  }

  /**
   * Starts a request in a slot that was taken.
   *
   * @param maxInFlight limit of concurrent requests that the subscription sets
   * @returns a function that ends the request; `isHealthy` says whether the receiver answered like a healthy one
   */
  start(maxInFlight: number, nowMs: number): (endedMs: number, isHealthy: boolean) => void {
    this.readLimit(maxInFlight);
    this.claiming -= 1;
    const request = { startedMs: nowMs };
    this.requests.add(request);
    return (endedMs, isHealthy) => {
      this.requests.delete(request);
      if (isHealthy) this.answeredMs = endedMs;
      const durationMs = endedMs - request.startedMs;
      this.lastDurationMs = durationMs;
      this.averageMs =
        this.averageMs === 0 ? durationMs : this.averageMs * (1 - NEWEST_WEIGHT) + durationMs * NEWEST_WEIGHT;
      this.adaptWidth(isHealthy, maxInFlight);
    };
  }

  /** Pace of the receiver, by its oldest request in flight and its last response. */
  paceAt(nowMs: number): Pace {
    const [oldest] = this.requests;
    if (oldest !== undefined && nowMs - oldest.startedMs > PROMPT_MS) return 'slow';
    if (this.lastDurationMs === undefined) return this.pace;
    return this.lastDurationMs > PROMPT_MS ? 'slow' : 'prompt';
  }

  /**
   * Removes deliveries that have waited too long. Keeps them if the lane could use another slot: then they wait for the
   * worker, not for their receiver.
   */
  takeOverdue(nowMs: number, maxSlots: number): WakeUp[] {
    if (this.hasSlotForQueue(maxSlots)) return [];
    const firstKept = this.queue.findIndex(({ sinceMs }) => nowMs - sinceMs <= QUEUE_MS);
    const overdue = this.queue.splice(0, firstKept === -1 ? this.queue.length : firstKept);
    return overdue.map(({ wakeUp }) => wakeUp);
  }

  takeAll(): WakeUp[] {
    return this.queue.splice(0).map(({ wakeUp }) => wakeUp);
  }

  /** What remains of the lane while it is idle. */
  remember(): RememberedLane {
    return { pace: this.pace, width: this.width, answeredMs: this.answeredMs };
  }

  get queued(): number {
    return this.queue.length + this.arrived.length;
  }

  /** Slots taken for deliveries being claimed and for requests in flight. */
  get occupied(): number {
    return this.claiming + this.requests.size;
  }

  get isIdle(): boolean {
    return this.queued === 0 && this.reserved === 0 && this.occupied === 0 && this.held === 0 && !this.hasParked;
  }

  /** Requests that may be in flight now. */
  get currentWidth(): number {
    return this.width;
  }

  /** Requests in flight, without deliveries that are being claimed. */
  get inFlight(): number {
    return this.requests.size;
  }

  private isCold(nowMs: number): boolean {
    return nowMs - this.answeredMs > COLD_MS;
  }

  private readLimit(maxInFlight: number): void {
    this.width = Math.min(this.hasReadLimit ? this.width : Math.max(START_WIDTH, this.lastWidth), maxInFlight);
    this.hasReadLimit = true;
  }

  private adaptWidth(isHealthy: boolean, maxInFlight: number): void {
    this.failuresInRow = isHealthy ? 0 : this.failuresInRow + 1;
    if (isHealthy) this.width = Math.min(this.width + 1, maxInFlight);
    else if (this.failuresInRow > 1) {
      const minWidth = this.averageMs < FAST_FAILURE_MS ? Math.min(FAILING_WIDTH, this.width) : 1;
      this.width = Math.max(minWidth, Math.floor(this.width / 2));
    }
  }

  /** Whether the lane may take another slot for a queued delivery. */
  private hasSlotForQueue(maxSlots: number): boolean {
    return this.occupied < Math.min(this.queueShare(), maxSlots);
  }

  /**
   * Slots for queued deliveries. While some are parked, those get half of the slots, or every other turn of a single
   * one.
   */
  private queueShare(): number {
    if (!this.hasParked) return this.width;
    return this.width === 1 && this.wasFromQueue ? 0 : Math.ceil(this.width / 2);
  }

  private queueLimit(nowMs: number): number {
    const [oldest] = this.requests;
    const paceMs = Math.max(this.averageMs, oldest ? nowMs - oldest.startedMs : 0, 1);
    return Math.max(MIN_QUEUE, Math.ceil((this.width * QUEUE_MS) / paceMs));
  }
}
