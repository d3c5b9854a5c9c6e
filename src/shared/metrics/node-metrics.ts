import { collectDefaultMetrics, type Registry } from 'prom-client';

/**
 * Gauges among the default metrics whose names say that they were counters. Each is a sum over the types of another
 * default metric.
 */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** Adds the metrics of Node.js and of the process. */
export function addNodeMetrics(register: Registry): void {
  // The default of 10 ms would be most of the work of an idle process.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 100 });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}
