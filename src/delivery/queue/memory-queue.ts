import { Injectable } from '@nestjs/common';
import type { WakeUp } from '../delivery.entity.js';
import { DeliveryQueue, type WakeUpHandler } from './delivery-queue.js';

/** Jobs in the memory of one process, for a machine without Redis. API and worker must be that process. */
@Injectable()
export class MemoryQueue extends DeliveryQueue {
  private jobs: WakeUp[][] = [];
  private handler: WakeUpHandler | undefined;
  private running: Promise<void> | undefined;

  override add(jobs: WakeUp[][]): Promise<void> {
    this.jobs.push(...jobs);
    this.run();
    return Promise.resolve();
  }

  override depth(): Promise<number> {
    return Promise.resolve(this.jobs.length);
  }

  override consume(handler: WakeUpHandler): void {
    this.handler = handler;
    this.run();
  }

  override async stopConsuming(): Promise<void> {
    this.handler = undefined;
    await this.running;
  }

  private run(): void {
    if (this.running === undefined && this.handler !== undefined && this.jobs.length > 0) {
      this.running = this.drain().finally(() => {
        this.running = undefined;
        this.run();
      });
    }
  }

  private async drain(): Promise<void> {
    for (let job = this.next(); job !== undefined; job = this.next()) {
      // A job that fails is over, as in Bull: its deliveries are found by the due scan.
      await this.handler?.(job).catch(() => undefined);
    }
  }

  private next(): WakeUp[] | undefined {
    return this.handler === undefined ? undefined : this.jobs.shift();
  }
}
