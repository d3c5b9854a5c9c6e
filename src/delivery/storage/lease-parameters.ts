import type { Settings } from '../../shared/config/settings.js';

/** Parameters of a statement that begins leases, or computes when one began. */
export function leaseParameters({ webhookTimeout, leaseGrace }: Pick<Settings, 'webhookTimeout' | 'leaseGrace'>): {
  defaultTimeoutMs: number;
  graceMs: number;
} {
  return { defaultTimeoutMs: webhookTimeout * 1000, graceMs: leaseGrace * 1000 };
}
