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

  /** The first step of a shutdown. */
  onModuleDestroy(): void {
    this.endsAtMs = this.clock.monotonicMs() + this.timeoutMs;
  }

  /** Whether what is still in flight has had its time. */
  get isTimeUp(): boolean {
    return this.clock.monotonicMs() >= this.endsAtMs;
  }
}
