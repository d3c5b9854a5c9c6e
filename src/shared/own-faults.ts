import { Injectable } from '@nestjs/common';
import { Logger } from './logging/logger.js';
import { Metrics } from './metrics/metrics.js';
import { Clock } from './time/clock.js';

const MINUTE_MS = 60_000;
/** Each reason is logged at most once per interval, because one fault may hit every delivery. */
const LOG_INTERVAL_MS = 1000;

interface Noted {
  readonly lastMs: number;
  readonly loggedMs: number;
  /** Faults since the last log line. */
  readonly unlogged: number;
}

/**
 * Faults of this process or its surroundings that postpone deliveries. They are counted, logged, and reported by the
 * health endpoints.
 */
@Injectable()
export class OwnFaults {
  private readonly noted = new Map<string, Noted>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  /** @param reason one of a small fixed set, because it labels a metric; `cause` goes only to the log */
  note(reason: string, { deliveryId, cause }: { deliveryId: string; cause: unknown }): void {
    this.metrics.deliveriesPostponed.inc({ reason });
    const nowMs = this.clock.monotonicMs();
    const { loggedMs, unlogged } = this.noted.get(reason) ?? { loggedMs: -Infinity, unlogged: 0 };
    if (nowMs - loggedMs < LOG_INTERVAL_MS) {
      this.noted.set(reason, { lastMs: nowMs, loggedMs, unlogged: unlogged + 1 });
      return;
    }
    this.noted.set(reason, { lastMs: nowMs, loggedMs: nowMs, unlogged: 0 });
    this.logger.warn({ err: cause, reason, delivery_id: deliveryId, others: unlogged }, 'delivery.postponed');
  }

  /** Reasons why deliveries were postponed in the last minute. */
  ofLastMinute(): string[] {
    const sinceMs = this.clock.monotonicMs() - MINUTE_MS;
    return [...this.noted].flatMap(([reason, { lastMs }]) => (lastMs >= sinceMs ? [reason] : []));
  }
}
