import type { OnModuleDestroy } from '@nestjs/common';
import type { Clock } from './time/clock.js';

/** The end of this process: who asks for it, and how long what is in flight may still take. */
export class Shutdown implements OnModuleDestroy {
  /** Ends the process in order, with that exit code. */
  onRequested: (exitCode: number) => void = () => undefined;
  private endsAtMs = Infinity;

  /** `timeoutMs`: for all that is in flight, counted from the beginning of the shutdown */
  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** For a part of the service that can't go on. */
  request(exitCode: number): void {
    this.onRequested(exitCode);
  }

  /** Before any part of the service waits for what is in flight. */
  onModuleDestroy(): void {
    this.endsAtMs = this.clock.monotonicMs() + this.timeoutMs;
  }

  /** How long what is in flight may still take, in milliseconds; without end while nobody shuts down. */
  get leftMs(): number {
    return Math.max(this.endsAtMs - this.clock.monotonicMs(), 0);
  }
}
