import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { addNodeMetrics } from './node-metrics.js';

const OUTCOMES = ['delivered', 'failed', 'cancelled'];

/** All metrics of the service. Each application has its own registry, so two in one process do not collide. */
@Injectable()
export class Metrics {
  /** Metrics of all processes behind the same port. Set by the bootstrap if there are several. */
  renderAll: () => Promise<string> = () => this.render();

  private readonly registry = new Registry();

  readonly httpRequests = new Counter({
    name: 'webhook_http_requests_total',
    help: 'API responses, by method, route and status',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.registry],
  });

  readonly httpDuration = new Histogram({
    name: 'webhook_http_request_duration_seconds',
    help: 'Time from a request to the end of its response, by method, route and status class',
    labelNames: ['method', 'route', 'status_class'] as const,
    // Each bucket is another series per route. Publishing takes some milliseconds, and 25 to 100 ms under full load;
    // publishers get a 503 within 5 s; the slowest operations take up to 30 s.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [this.registry],
  });

  readonly eventsAccepted = new Counter({
    name: 'webhook_events_accepted_total',
    help: 'Events committed',
    registers: [this.registry],
  });

  readonly eventsUnmatched = new Counter({
    name: 'webhook_events_unmatched_total',
    help: 'Events committed without a delivery, because no subscription wanted their type',
    registers: [this.registry],
  });

  readonly deliveriesCreated = new Counter({
    name: 'webhook_deliveries_created_total',
    help: 'Deliveries committed',
    registers: [this.registry],
  });

  readonly deliveriesFinished = new Counter({
    name: 'webhook_deliveries_finished_total',
    help: 'Finished deliveries, by outcome: delivered, failed or cancelled',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts, by status class of the response: 2xx, 3xx, 4xx, 5xx, or none if there was no response',
    labelNames: ['status_class'] as const,
    registers: [this.registry],
  });

  readonly attemptFailures = new Counter({
    name: 'webhook_attempt_failures_total',
    help: 'Failed attempts, by error code as in the history of a delivery',
    labelNames: ['code'] as const,
    registers: [this.registry],
  });

  readonly attemptDuration = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'Time from the start of an attempt to the end of its response',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120],
    registers: [this.registry],
  });

  readonly attemptsInFlight = new Gauge({
    name: 'webhook_attempts_in_flight',
    help: 'Requests to receivers in flight in this process',
    registers: [this.registry],
  });

  readonly wakeUpsLost = new Counter({
    name: 'webhook_wake_ups_lost_total',
    help: 'Deliveries left to the due scan because Redis was unavailable',
    registers: [this.registry],
  });

  readonly deliveriesHandedOver = new Counter({
    name: 'webhook_deliveries_handed_over_total',
    help: 'Deliveries sent straight after their commit, without the queue, because API and worker share the process',
    registers: [this.registry],
  });

  readonly deliveriesParked = new Counter({
    name: 'webhook_deliveries_parked_total',
    help: 'Times a delivery was parked because its subscription was paused or its lane was full',
    registers: [this.registry],
  });

  readonly deliveriesPostponed = new Counter({
    name: 'webhook_deliveries_postponed_total',
    help: 'Times a delivery was postponed without an attempt because of a fault of the service or its host, by reason',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  readonly dueScanTaken = new Counter({
    name: 'webhook_due_scan_deliveries_total',
    help: 'Deliveries found by the due scan: retries, and deliveries that a crash or the queue lost',
    registers: [this.registry],
  });

  readonly requestsShed = new Counter({
    name: 'webhook_requests_shed_total',
    help: 'Publishing requests refused because too many were in progress',
    registers: [this.registry],
  });

  readonly requestsRefused = new Counter({
    name: 'webhook_requests_refused_total',
    help: 'Requests refused by access control, by error code, such as those for a missing key or the rate limit',
    labelNames: ['code'] as const,
    registers: [this.registry],
  });

  readonly expiredDeliveries = new Counter({
    name: 'webhook_expired_deliveries_total',
    help: 'Open deliveries cancelled because the retention of their event had ended',
    registers: [this.registry],
  });

  readonly subscriptionsDisabled = new Counter({
    name: 'webhook_subscriptions_disabled_total',
    help: 'Subscriptions that the service disabled, by reason',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  readonly announcements = new Counter({
    name: 'webhook_announcements_total',
    help: 'Announcements, by what became of them: published as an operational event, or why there is none',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly summingDuration = new Histogram({
    name: 'webhook_stats_summing_seconds',
    help: 'Time to sum up one part of the history',
    buckets: [0.01, 0.1, 0.5, 1, 5, 30, 120],
    registers: [this.registry],
  });

  readonly summingFailures = new Counter({
    name: 'webhook_stats_summing_failures_total',
    help: 'Failed tries to sum up the history; the next one repeats what is left',
    registers: [this.registry],
  });

  readonly replayed = new Counter({
    name: 'webhook_replay_deliveries_total',
    help: 'Deliveries that replays have opened',
    registers: [this.registry],
  });

  readonly replayFailures = new Counter({
    name: 'webhook_replay_step_failures_total',
    help: 'Failed steps of replays; each is repeated',
    registers: [this.registry],
  });

  readonly streamDropped = new Counter({
    name: 'webhook_stream_viewers_dropped_total',
    help: 'Clients of the live view that were disconnected because they read too slowly',
    registers: [this.registry],
  });

  readonly streamSkipped = new Counter({
    name: 'webhook_stream_messages_skipped_total',
    help: 'Messages that the live view left out, by reason: pace, redis, or viewer (once for each viewer)',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  constructor() {
    addNodeMetrics(this.registry);
    startAtZero(this.deliveriesFinished, 'outcome', OUTCOMES);
  }

  /** Adds a gauge that is read when metrics are rendered. It is NaN if reading fails. */
  addGauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await Promise.resolve().then(read).catch(() => NaN)); // prettier-ignore
      },
    });
  }

  /** Adds a gauge with several values, each with its labels, which are read when metrics are rendered. */
  addGauges<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => (readonly [labels: Record<Label, string>, value: number])[],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }

  /** Metrics of this process, in the Prometheus text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}

/**
 * Creates the series of a counter for all values of a label. A series that appeared with its first event would already
 * be 1 then, and `rate()` would not see that event.
 */
export function startAtZero<Label extends string>(
  counter: Counter<Label>,
  label: NoInfer<Label>,
  values: readonly string[],
): void {
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0);
}
