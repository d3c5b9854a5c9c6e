import type { Uuid } from '../../../shared/ids/uuid.js';
import type { WakeUp } from '../../domain/wake-up.js';
import type { Pace } from './slot-shares.js';

/** Where a delivery comes from: from the queue of its lane, or from those that are parked in PostgreSQL. */
export type Origin = 'queued' | 'parked';

/** A lane holds as many deliveries as its receiver takes in this time; what has waited longer is parked. */
const QUEUE_MS = 1000;
/** Shortest queue, so that a receiver nobody has measured yet is not parked at once. */
const MIN_QUEUE = 16;
/** Requests at once to a receiver that has not answered yet: some may hang without holding up the others. */
const START_WIDTH = 8;
/**
 * Least width of a receiver that fails, as long as it fails at once: then its requests hold no slot for long, and its
 * deliveries must not back up. One that keeps its requests waiting is sent a single one.
 */
const FAILING_WIDTH = 4;
const AT_ONCE_MS = 250;
/** Weight of the newest duration in the moving average. */
const NEWEST = 0.2;
/**
 * A receiver that answers within this time is prompt: its requests give their slots back before anybody misses them.
 */
const PROMPT_MS = 1000;

interface Queued {
  readonly wakeUp: WakeUp;
  readonly sinceMs: number;
}

/** The deliveries to one subscription that a worker has at hand: a short queue, and a bounded number in flight. */
export class Lane {
  /** Some of its deliveries are parked in PostgreSQL. */
  hasParked = false;
  /** Slots of the worker that it holds: those of requests whose outcome is not recorded yet, too. */
  held = 0;
  private queue: Queued[] = [];
  private readonly startedMs = new Set<{ atMs: number }>();
  private reserved = 0;
  private averageMs = 0;
  /** The last slot went to a delivery from the queue, not to a parked one. */
  private wasFromQueue = false;
  /**
   * Requests at once, now. One, until the first claim has read how many the subscription allows. Then it grows by one
   * with each good answer up to that, and halves from the second failure in a row on, down to a few requests, or to a
   * single one, that find out when the receiver is well again.
   */
  private width = 1;
  private isKnown = false;
  private failuresInRow = 0;
  private lastDurationMs: number | undefined;

  /** @param pace as `paceAt` last had it; what was known of the subscription before is a good guess */
  constructor(
    readonly id: Uuid,
    readonly tenantId: string,
    public pace: Pace,
  ) {}

  /** @returns false when it must be parked: its turn is too far off */
  enqueue(wakeUp: WakeUp, nowMs: number): boolean {
    if (this.queue.length >= this.queueLimit(nowMs)) return false;
    this.queue.push({ wakeUp, sinceMs: nowMs });
    return true;
  }

  /** The next delivery, if the lane has a free slot for it. Takes the slot. `atMost` bounds the slots it may occupy. */
  dequeue(atMost: number): WakeUp | undefined {
    if (!this.isOpen(atMost)) return undefined;
    const next = this.queue.shift();
    if (next === undefined) return undefined;
    this.reserved += 1;
    this.wasFromQueue = true;
    return next.wakeUp;
  }

  /** Takes all slots that are free, for deliveries that are parked; `giveBack` returns those that were not needed. */
  takeFree(atMost: number): number {
    const free = Math.max(0, Math.min(this.width - this.occupied, atMost));
    this.reserved += free;
    if (free > 0) this.wasFromQueue = false;
    return free;
  }

  giveBack(slots: number): void {
    this.reserved -= slots;
  }

  /**
   * A slot that was taken becomes a request in flight.
   *
   * @param most requests at once that the subscription allows
   * @returns what ends it; `isWell` says whether the receiver did what a healthy one does
   */
  start(most: number, nowMs: number): (endedMs: number, isWell: boolean) => void {
    this.width = Math.min(this.isKnown ? this.width : START_WIDTH, most);
    this.isKnown = true;
    this.reserved -= 1;
    const request = { atMs: nowMs };
    this.startedMs.add(request);
    return (endedMs, isWell) => {
      this.startedMs.delete(request);
      const durationMs = endedMs - request.atMs;
      this.lastDurationMs = durationMs;
      this.averageMs = this.averageMs === 0 ? durationMs : this.averageMs * (1 - NEWEST) + durationMs * NEWEST;
      this.adapt(isWell, most);
    };
  }

  /** How soon its receiver answers: by its last answer, and by the request that waits longest for one. */
  paceAt(nowMs: number): Pace {
    const [oldest] = this.startedMs;
    if (oldest !== undefined && nowMs - oldest.atMs > PROMPT_MS) return 'slow';
    if (this.lastDurationMs === undefined) return this.pace;
    return this.lastDurationMs > PROMPT_MS ? 'slow' : 'prompt';
  }

  /**
   * Removes what has waited too long for its receiver. What waits for a slot of the worker, as all lanes do then,
   * stays.
   */
  takeOverdue(nowMs: number, atMost: number): WakeUp[] {
    if (this.isOpen(atMost)) return [];
    const firstKept = this.queue.findIndex(({ sinceMs }) => nowMs - sinceMs <= QUEUE_MS);
    const overdue = this.queue.splice(0, firstKept === -1 ? this.queue.length : firstKept);
    return overdue.map(({ wakeUp }) => wakeUp);
  }

  takeAll(): WakeUp[] {
    return this.queue.splice(0).map(({ wakeUp }) => wakeUp);
  }

  get queued(): number {
    return this.queue.length;
  }

  get occupied(): number {
    return this.reserved + this.startedMs.size;
  }

  get isIdle(): boolean {
    return this.queue.length === 0 && this.occupied === 0 && this.held === 0 && !this.hasParked;
  }

  private adapt(isWell: boolean, most: number): void {
    this.failuresInRow = isWell ? 0 : this.failuresInRow + 1;
    if (isWell) this.width = Math.min(this.width + 1, most);
    else if (this.failuresInRow > 1) {
      const least = this.averageMs < AT_ONCE_MS ? Math.min(FAILING_WIDTH, this.width) : 1;
      this.width = Math.max(least, Math.floor(this.width / 2));
    }
  }

  /** Whether the next one of the queue may have a slot, as soon as there is one. */
  private isOpen(atMost: number): boolean {
    return this.occupied < Math.min(this.queueShare(), atMost);
  }

  /** Slots that the queue may fill. Parked deliveries are older: half of the slots, or every other turn, is theirs. */
  private queueShare(): number {
    if (!this.hasParked) return this.width;
    return this.width === 1 && this.wasFromQueue ? 0 : Math.ceil(this.width / 2);
  }

  private queueLimit(nowMs: number): number {
    const [oldest] = this.startedMs;
    const paceMs = Math.max(this.averageMs, oldest ? nowMs - oldest.atMs : 0, 1);
    return Math.max(MIN_QUEUE, Math.ceil((this.width * QUEUE_MS) / paceMs));
  }
}
