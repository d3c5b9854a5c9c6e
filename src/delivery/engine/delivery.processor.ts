import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '../../shared/logging/logger.js';
import { Shutdown } from '../../shared/shutdown.js';
import { Admission } from './admission.js';
import { Dispatcher } from './dispatcher.js';
import { DueScan } from './due-scan.js';
import { DeliveryQueue } from '../queue/delivery-queue.js';
import { QueueWatchdog } from './queue-watchdog.js';

/** Starts a worker's jobs, due scan and watchdog, and stops them at shutdown. */
@Injectable()
export class DeliveryProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly queue: DeliveryQueue,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly dueScan: DueScan,
    private readonly watchdog: QueueWatchdog,
    private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.consume((wakeUps) =>
      this.admission.admit(wakeUps).catch((error: unknown) => {
        this.logger.warn({ err: error, deliveries: wakeUps.length }, 'job.not_admitted');
      }),
    );
    this.dueScan.start();
    this.watchdog.start();
  }

  /** Takes no more deliveries, and waits for those in flight. */
  async beforeApplicationShutdown(): Promise<void> {
    this.watchdog.stop();
    this.dueScan.stop();
    const [left] = await Promise.all([this.dispatcher.stop(this.shutdown.leftMs), this.queue.stopConsuming()]);
    if (left > 0) this.logger.warn({ deliveries: left }, 'shutdown.left_in_flight');
  }
}
