// Loaded before processes of the service: BROKEN_METRICS says whose metrics fail, `supervisor` or the number of one.
import cluster from 'node:cluster';
import { Registry } from 'prom-client';

const own = cluster.worker === undefined ? 'supervisor' : String(cluster.worker.id);
if (process.env['BROKEN_METRICS'] === own) {
  Registry.prototype.metrics = () => Promise.reject(new Error('A gauge could not be read'));
}
