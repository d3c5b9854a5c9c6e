import type { Costs, Units } from './units.js';

const cpu = (busy: number, eventUs: number, deliveryUs: number): Costs => {
  return { busy, event: eventUs / 1e6, delivery: deliveryUs / 1e6, retry: deliveryUs / 1e6, kilobyte: 1e-6 };
};

/** Round unit costs, with which a test can be calculated by hand. */
export const SAMPLE_UNITS: Units = {
  measured_with: {
    command: 'npm run capacity -- --measure',
    commit: '0123456',
    date: '2026-11-29',
    machine: '2 cores',
    yardstick_us: 20,
    deliveries_per_second: 2000,
    reached: 1,
  },
  cpu: {
    together: { service: cpu(0.2, 40, 60), postgres: cpu(0.1, 10, 20), redis: cpu(0.03, 0, 1) },
    apart: {
      api: cpu(0.2, 50, 0),
      worker: cpu(0.2, 0, 70),
      postgres: cpu(0.1, 10, 20),
      redis: cpu(0.03, 0, 1),
    },
  },
  fully_at_work: { together: 200, apart: 400 },
  memory_mb: { together: 300, apart: 250 },
  redis_connections: { together: 7, apart: 10 },
  wal: { busy: 0, event: 500, delivery: 1000, retry: 800, kilobyte: 1100 },
  disk: { event: 200, kilobyte: 1050, delivery: 220, attempt: 140 },
  network: { attempt: 440, answer: 125 },
  errors: [
    { load: 'some', what: 'cores of service', predicted: 1.1, measured: 1 },
    { load: 'some', what: 'cores of postgres', predicted: 0.8, measured: 1 },
    { load: 'some', what: 'bytes of disk per event', predicted: 1000, measured: 1000 },
    { load: 'some', what: 'bytes of WAL per event', predicted: 1000, measured: 1000 },
  ],
};
