import type { OnModuleDestroy } from '@nestjs/common';
import { Unavailable } from './errors/domain-error.js';
import type { Clock } from './time/clock.js';

/** The process ends before the request is answered. */
class ShuttingDown extends Unavailable {
  constructor() {
    super('This process is shutting down. Send this request again in a second.');
  }
}

/** Lets a part of the service request a shutdown, and tells how much of the shutdown timeout is left. */
export class Shutdown implements OnModuleDestroy {
  /** Set by the bootstrap. Shuts the process down and exits with this code. */
  onRequested: (exitCode: number) => void = () => undefined;
  private endsAtMs = Infinity;
  private isAnnounced = false;
  private readonly ended = new AbortController();

  /** @param timeoutMs longest wait for everything in flight, counted from the start of the shutdown */
  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** Called by a part of the service that cannot continue. */
  request(exitCode: number): void {
    this.onRequested(exitCode);
  }

  /** True once clients should turn to other processes. Requests are still served. */
  get hasBegun(): boolean {
    return this.isAnnounced;
  }

  /** Begins a shutdown that goes on only after load balancers have noticed. */
  announce(): void {
    this.isAnnounced = true;
  }

  /** Aborts at the first step of a shutdown, for requests that may wait long for somebody else. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** First step of a shutdown, before any part of the service waits for what is in flight. */
  onModuleDestroy(): void {
    this.announce();
    this.endsAtMs = this.clock.monotonicMs() + this.timeoutMs;
    this.ended.abort(new ShuttingDown());
  }

  /** Milliseconds left for what is in flight; Infinity before a shutdown. */
  get leftMs(): number {
    return Math.max(this.endsAtMs - this.clock.monotonicMs(), 0);
  }
}
