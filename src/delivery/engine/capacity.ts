import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Lanes } from './lanes/lanes.js';

/** Queued deliveries per slot above which jobs wait. */
const QUEUED_PER_SLOT = 16;
/** Queued deliveries per slot above which due deliveries are parked. They must not fill the lanes for new events. */
const DUE_PER_SLOT = 4;

/** Tells whether the lanes of this worker have room, and lets jobs wait for it. */
@Injectable()
export class Capacity {
  private readonly slots: number;
  private waiting: (() => void)[] = [];
  private isOpen = false;

  constructor(
    private readonly lanes: Lanes,
    { workerConcurrency }: Settings,
  ) {
    this.slots = workerConcurrency;
  }

  /** Whether all lanes together have room for jobs. */
  get hasRoom(): boolean {
    return this.lanes.queuedCount < this.slots * QUEUED_PER_SLOT;
  }

  /** Whether all lanes together have room for due deliveries. */
  get hasRoomForDue(): boolean {
    return this.lanes.queuedCount < this.slots * DUE_PER_SLOT;
  }

  /** @returns false if there was no room until the timeout */
  async waitForRoom(timeoutMs: number): Promise<boolean> {
    if (this.canProceed()) return true;
    if (timeoutMs <= 0) return false;
    const timeout = AbortSignal.timeout(timeoutMs);
    timeout.addEventListener('abort', () => {
      this.wakeAll();
    });
    while (!this.canProceed()) {
      if (timeout.aborted) return false;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return true;
  }

  /** Call this when deliveries have left the lanes. Every waiting job checks again. */
  recheck(): void {
    if (this.waiting.length > 0 && this.canProceed()) this.wakeAll();
  }

  /** Stops all waiting, for good. Used at shutdown. */
  open(): void {
    this.isOpen = true;
    this.recheck();
  }

  private canProceed(): boolean {
    return this.hasRoom || this.isOpen;
  }

  private wakeAll(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const proceed of waiting) proceed();
  }
}
