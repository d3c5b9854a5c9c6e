import type { AttemptPhases } from '../../domain/attempt-outcome.js';
import { type Connecting, connectionOfFirstRequest, type ConnectPhases } from './connecting.js';

const NOT_CONNECTED: ConnectPhases = { dnsMs: null, connectMs: null, tlsMs: null };

/** Timestamps of one exchange, on the clock of `performance.now()`. */
export class ExchangeTrace {
  /** The connection that was made for this exchange; null if it uses one that existed. */
  connecting: Connecting | null = null;
  private startedMs: number | null = null;
  private firstByteMs: number | null = null;
  private ended: AttemptPhases | null = null;

  /** The connection is there, and the request is about to be written to it. */
  start(): void {
    this.connecting = connectionOfFirstRequest();
    this.startedMs = performance.now();
  }

  /** The first byte of a response has arrived. */
  answer(): void {
    this.firstByteMs ??= performance.now();
  }

  end(): void {
    const nowMs = performance.now();
    const { startedMs, firstByteMs } = this;
    const { dnsMs, connectMs, tlsMs } = this.connecting?.phases() ?? NOT_CONNECTED;
    this.ended = {
      dnsMs,
      connectMs,
      tlsMs,
      waitMs: startedMs === null ? null : (firstByteMs ?? nowMs) - startedMs,
      readMs: firstByteMs === null ? null : nowMs - firstByteMs,
    };
  }

  /** Whether any of the request may have been written to a connection. */
  get wasSent(): boolean {
    return this.startedMs !== null;
  }

  /** Null before the end. */
  get phases(): AttemptPhases | null {
    return this.ended;
  }
}
