import { Injectable } from '@nestjs/common';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryQueue, type PartState, type WakeUpHandler } from './delivery-queue.js';

/** Longest wait for a running job at shutdown, as in the queue on Bull. */
const STOP_TIMEOUT_MS = 3000;

/** Queue in memory, for use without Redis. API and worker must run in one process. */
@Injectable()
export class MemoryQueue extends DeliveryQueue {
  private jobs: WakeUp[][] = [];
  private taken = 0;
  private handler: WakeUpHandler | undefined;
  private running: Promise<void> | undefined;

  override add(jobs: WakeUp[][]): Promise<void> {
    this.jobs.push(...jobs);
    this.run();
    return Promise.resolve();
  }

  override look(): Promise<readonly PartState[]> {
    return Promise.resolve([{ waiting: this.jobs.length, taken: this.taken }]);
  }

  override consume(handler: WakeUpHandler): void {
    this.handler = handler;
    this.run();
  }

  override async stopConsuming(): Promise<void> {
    this.handler = undefined;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_TIMEOUT_MS)));
    await Promise.race([this.running, timeout]);
    clearTimeout(timer);
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
      try {
        await this.handler?.(job);
      } catch {
        // A failed job is not retried, as in the queue on Bull. The due scan finds its deliveries.
      }
    }
  }

  private next(): WakeUp[] | undefined {
    const job = this.handler === undefined ? undefined : this.jobs.shift();
    if (job !== undefined) this.taken += 1;
    return job;
  }
}
