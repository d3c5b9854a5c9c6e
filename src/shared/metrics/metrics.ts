import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the service, with a registry of its own, so that two applications in one process don't collide. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  readonly httpRequests = new Counter({
    name: 'webhook_http_requests_total',
    help: 'Requests answered by the API, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.registry],
  });

  readonly eventsAccepted = new Counter({
    name: 'webhook_events_accepted_total',
    help: 'Events committed',
    registers: [this.registry],
  });

  readonly deliveriesCreated = new Counter({
    name: 'webhook_deliveries_created_total',
    help: 'Deliveries committed',
    registers: [this.registry],
  });

  readonly deliveriesFinished = new Counter({
    name: 'webhook_deliveries_finished_total',
    help: 'Deliveries that ended, by outcome: delivered, failed or cancelled',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts by class of the answer: 2xx, 3xx, 4xx, 5xx, or none when there was no answer',
    labelNames: ['status_class'] as const,
    registers: [this.registry],
  });

  readonly attemptDuration = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'Time from the start of an attempt to the end of its answer',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120],
    registers: [this.registry],
  });

  readonly attemptsInFlight = new Gauge({
    name: 'webhook_attempts_in_flight',
    help: 'Requests to receivers under way in this process',
    registers: [this.registry],
  });

  readonly wakeUpsLost = new Counter({
    name: 'webhook_wake_ups_lost_total',
    help: 'Deliveries that the due scan had to find, since Redis took no jobs',
    registers: [this.registry],
  });

  readonly deliveriesParked = new Counter({
    name: 'webhook_deliveries_parked_total',
    help: 'Times a delivery was set aside because its subscription was paused or its lane was full',
    registers: [this.registry],
  });

  readonly deliveriesPostponed = new Counter({
    name: 'webhook_deliveries_postponed_total',
    help: 'Times a delivery was put back untried by a fault of the service or its surroundings, by reason',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  readonly dueScanTaken = new Counter({
    name: 'webhook_due_scan_deliveries_total',
    help: 'Deliveries the due scan woke: retries, and those that a crash or the queue lost',
    registers: [this.registry],
  });

  readonly requestsShed = new Counter({
    name: 'webhook_requests_shed_total',
    help: 'Publishing requests that were refused because too many were on their way in already',
    registers: [this.registry],
  });

  readonly requestsRefused = new Counter({
    name: 'webhook_requests_refused_total',
    help: 'Requests that were refused at the gate, by code: no key, no permission, too many a second',
    labelNames: ['code'] as const,
    registers: [this.registry],
  });

  readonly expiredDeliveries = new Counter({
    name: 'webhook_expired_deliveries_total',
    help: 'Open deliveries that were cancelled because the retention of their event was over',
    registers: [this.registry],
  });

  constructor() {
    // By default a timer looks at the event loop every 10 ms, which is most of what an idle process would do.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  /** A gauge that is read from elsewhere when somebody asks for the metrics. NaN says that it can't be known now. */
  addGauge(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read().catch(() => NaN));
      },
    });
  }

  /** Prometheus text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
