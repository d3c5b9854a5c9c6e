import type { Pool } from 'pg';
import type { FaultyPostgres } from '../support/faulty-postgres.js';
import type { FaultyRedis } from '../support/faulty-redis.js';
import { secondsPastLease } from './evidence.js';
import { peakMbOf, peakMbOfFamily } from './peak-memory.js';
import type { ServiceSlot } from './service-slot.js';

const INTERVAL_MS = 500;
const SLOW_LOOK_MS = 1000;

interface Watched {
  readonly database: Pool;
  readonly postgres: FaultyPostgres;
  readonly redis: FaultyRedis;
  readonly api: ServiceSlot;
  readonly workers: readonly ServiceSlot[];
}

/** Observes the leases of a rig and the memory of its processes twice a second, and keeps the worst values. */
export class Watch {
  /** Longest time past its lease that a delivery was seen in flight while workers ran, in seconds. */
  longestPastLease = 0;
  /** Set by a fault that stops all workers from working: no worker can then take over a delivery past its lease. */
  isIdle = false;
  private readonly peaks = { 'a process of PostgreSQL': 0, Redis: 0 };
  private idleUntil = 0;
  private isLooking = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly watched: Watched) {
    this.timer = setInterval(() => void this.look(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The highest memory use seen so far, for each process or for the largest of its kind. */
  peaksMb(): { process: string; mb: number }[] {
    this.measure();
    return [
      ...this.slots.map((slot) => ({ process: slot.name, mb: slot.peakMb })),
      ...Object.entries(this.peaks).map(([process, mb]) => ({ process, mb })),
    ];
  }

  private get slots(): readonly ServiceSlot[] {
    return [this.watched.api, ...this.watched.workers];
  }

  private measure(): void {
    for (const slot of this.slots) slot.measure();
    const { postgres, redis } = this.watched;
    this.peaks['a process of PostgreSQL'] = Math.max(
      this.peaks['a process of PostgreSQL'],
      peakMbOfFamily(postgres.pid),
    );
    this.peaks.Redis = Math.max(this.peaks.Redis, peakMbOf(redis.pid));
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    this.measure();
    const canTakeOver = !this.isIdle && this.watched.workers.some((worker) => worker.isRunning);
    if (!canTakeOver) this.idleUntil = performance.now();
    const askedAt = performance.now();
    const seconds = await secondsPastLease(this.watched.database).catch(() => Infinity);
    // No worker could take anything over while PostgreSQL was away or frozen.
    if (seconds === Infinity || performance.now() - askedAt > SLOW_LOOK_MS) this.idleUntil = performance.now();
    const idleFor = (performance.now() - this.idleUntil) / 1000;
    if (canTakeOver) this.longestPastLease = Math.max(this.longestPastLease, Math.min(seconds, idleFor));
    this.isLooking = false;
  }
}
