import { Counter, Gauge, Registry } from 'prom-client';
import { addNodeMetrics } from '../../shared/metrics/node-metrics.js';

/** Metrics that only a supervisor has, and its own share of CPU and memory. */
export class SupervisorMetrics {
  private readonly registry = new Registry();

  readonly replaced = new Counter({
    name: 'webhook_processes_replaced_total',
    help: 'Processes that ended by themselves and were replaced',
    registers: [this.registry],
  });

  /** @param countListening number of processes that serve requests now */
  constructor(countListening: () => number) {
    addNodeMetrics(this.registry);
    new Gauge({
      name: 'webhook_processes',
      help: 'Processes that serve requests behind this port; PROCESSES says how many there should be',
      registers: [this.registry],
      collect() {
        this.set(countListening());
      },
    });
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }
}
