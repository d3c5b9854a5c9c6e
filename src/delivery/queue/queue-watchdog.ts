import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../../shared/shared.module.js';
import type { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Shutdown } from '../../shared/shutdown.js';
import { Clock } from '../../shared/time/clock.js';
import { DeliveryWorker } from '../delivery-worker.js';
import { type QueueLook, silentSince } from '../domain/queue-silence.js';
import { DeliveryQueue } from './delivery-queue.js';

/** Looks within the time that a queue may be silent. */
const LOOKS = 6;

/**
 * Ends a worker whose queue has gone silent: jobs wait, Redis answers, the worker has room, and yet it takes none. Whatever
 * the client hangs in, a new process gets out of it; the due scan delivers meanwhile.
 */
@Injectable()
export class QueueWatchdog {
  private timer: NodeJS.Timeout | undefined;
  private taken = 0;
  private before: QueueLook | null = null;
  private sinceMs: number | null = null;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly worker: DeliveryWorker,
    private readonly shutdown: Shutdown,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), (this.settings.queueSilenceTimeout * 1000) / LOOKS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  jobTaken(): void {
    this.taken += 1;
  }

  private async look(): Promise<void> {
    const waiting = await this.queue.depth().catch(() => null);
    const now = { atMs: this.clock.monotonicMs(), waiting, taken: this.taken, hasRoom: this.worker.hasRoom };
    this.sinceMs = silentSince(this.sinceMs, this.before, now);
    this.before = now;
    if (this.sinceMs === null) return;
    const silentMs = now.atMs - this.sinceMs;
    if (silentMs < this.settings.queueSilenceTimeout * 1000) return;
    this.stop();
    this.logger.error({ silent_ms: Math.round(silentMs), jobs_waiting: waiting }, 'queue.silent');
    this.shutdown.request(1);
  }
}
