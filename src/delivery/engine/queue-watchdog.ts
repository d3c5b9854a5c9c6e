import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Shutdown } from '../../shared/shutdown.js';
import { Clock } from '../../shared/time/clock.js';
import { Capacity } from './capacity.js';
import { QueueSilence } from '../domain/queue-silence.js';
import { DeliveryQueue } from '../queue/delivery-queue.js';

/** Looks within the time that a queue may be silent. */
const LOOKS = 6;

/**
 * Ends a worker whose queue has gone silent, or one part of it: jobs wait, Redis answers, the worker has room, and yet
 * it takes none. Whatever the client hangs in, a new process gets out of it; the due scan delivers meanwhile.
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
    this.timer = setInterval(() => void this.look(), (this.settings.queueSilenceTimeout * 1000) / LOOKS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
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
