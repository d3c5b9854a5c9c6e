import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Shutdown } from '../../shared/shutdown.js';
import { Clock } from '../../shared/time/clock.js';
import { Capacity } from './capacity.js';
import { QueueSilence } from '../domain/queue-silence.js';
import { DeliveryQueue } from '../queue/delivery-queue.js';

/** Checks per QUEUE_SILENCE_TIMEOUT. */
const CHECKS_PER_TIMEOUT = 6;

/**
 * Ends a worker when its queue, or one shard of it, is silent: jobs wait, Redis answers, the worker has room, and yet
 * it takes no job. Only a new process reliably ends such a hang of the Redis client. Meanwhile the due scan delivers.
 */
@Injectable()
export class QueueWatchdog {
  private timer: NodeJS.Timeout | undefined;
  private readonly silences = new Map<number, QueueSilence>();

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly capacity: Capacity,
    private readonly shutdown: Shutdown,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.check(), (this.settings.queueSilenceTimeout * 1000) / CHECKS_PER_TIMEOUT);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
    const parts = await this.queue.look().catch(() => []);
    if (parts.length === 0) this.silences.clear();
    const atMs = this.clock.monotonicMs();
    for (const [part, { waiting, taken }] of parts.entries()) {
      const silence = this.silences.get(part) ?? new QueueSilence();
      this.silences.set(part, silence);
      const silentMs = silence.measure({ atMs, waiting, taken, hasRoom: this.capacity.hasRoom });
      if (silentMs < this.settings.queueSilenceTimeout * 1000) continue;
      this.stop();
      this.logger.error({ silent_ms: Math.round(silentMs), jobs_waiting: waiting, shard: part }, 'queue.silent');
      this.shutdown.request(1);
      return;
    }
  }
}
