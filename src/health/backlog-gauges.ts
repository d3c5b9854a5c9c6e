import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeliveryQueue } from '../delivery/index.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Snapshot } from '../shared/snapshot.js';
import { Clock } from '../shared/time/clock.js';
import { type Backlog, HealthRepository } from './health.repository.js';

/** The endpoints are public, so counts and rendered metrics are cached for this time. */
const LIFE_MS = 1000;

/** Counts waiting jobs and due deliveries, for the health and metrics endpoints. */
@Injectable()
export class BacklogGauges implements OnModuleInit {
  private readonly backlog: Snapshot<Backlog>;
  private readonly waiting: Snapshot<number>;
  private readonly rendered: Snapshot<Buffer>;

  constructor(
    repository: HealthRepository,
    queue: DeliveryQueue,
    private readonly metrics: Metrics,
    clock: Clock,
  ) {
    this.backlog = new Snapshot(() => repository.backlog(), LIFE_MS, clock);
    this.waiting = new Snapshot(() => queue.depth(), LIFE_MS, clock);
    this.rendered = new Snapshot(async () => Buffer.from(await metrics.renderAll()), LIFE_MS, clock);
  }

  onModuleInit(): void {
    const { metrics } = this;
    metrics.addGauge('webhook_queue_depth', 'Jobs waiting in the queue', () => this.queueDepth());
    metrics.addGauge('webhook_deliveries_due', 'Deliveries that are due and that no worker holds, at most 100000', () =>
      this.get().then(({ due }) => due),
    );
    metrics.addGauge('webhook_oldest_due_seconds', 'Seconds since the oldest due delivery became due', () =>
      this.get().then(({ oldestDueSeconds }) => oldestDueSeconds),
    );
  }

  get(): Promise<Backlog> {
    return this.backlog.get();
  }

  /** @throws if the queue is unavailable */
  queueDepth(): Promise<number> {
    return this.waiting.get();
  }

  /** Metrics of all processes behind the same port, in the Prometheus text format. */
  render(): Promise<Buffer> {
    return this.rendered.get();
  }
}
