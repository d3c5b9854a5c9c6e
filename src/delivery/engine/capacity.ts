import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Lanes } from './lanes/lanes.js';

/** Deliveries that wait in lanes for each slot before a job has to wait. */
const QUEUED_PER_SLOT = 16;
/** And before what is due is parked: it is older, and must not fill the lanes that new events come through. */
const DUE_PER_SLOT = 4;

/** Room in the lanes of this worker, and the jobs that wait for it. */
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

  /** Whether the lanes take jobs as they come: not while they are full over all. */
  get hasRoom(): boolean {
    return this.lanes.queuedCount < this.slots * QUEUED_PER_SLOT;
  }

  /** Whether the lanes take what is due. */
  get hasRoomForDue(): boolean {
    return this.lanes.queuedCount < this.slots * DUE_PER_SLOT;
  }

  /** @returns false when there was no room in all that time */
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

  /** To be called when deliveries have left the lanes. Everybody who waits looks again: they want the same room. */
  recheck(): void {
    if (this.waiting.length > 0 && this.canProceed()) this.wakeAll();
  }

  /** From now on nobody waits. */
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
