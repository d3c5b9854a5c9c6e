import { ApiClient } from '../support/api-client.js';
import { builtFile } from '../support/built-file.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { metricOf } from '../support/metric-of.js';
import { startService } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';

/** Fewer than a tenant may have waiting. */
const TESTS = 30;
const PAYLOAD_BYTES = 1_000_000;
/** Longer than this spec takes. */
const TIMEOUT_SECONDS = 120;

describe('test events that wait for their outcome, by an API process on real PostgreSQL and Redis', () => {
  it('do not hold their payloads meanwhile', async () => {
    const database = await createTestDatabase();
    const preloads = [builtFile('test/faults/preloads/garbage.js')];
    const service = await startService({ entry: 'main.api', settings: fastSettings(database), preloads });
    try {
      const api = new ApiClient(service.url);
      const { id } = await api.createSubscription(aSubscription({ timeout: TIMEOUT_SECONDS }));
      const memory = () => metricOf(service, 'nodejs_external_memory_bytes');
      const before = await memory();

      // No worker runs, so they all wait.
      let answered = 0;
      const client = new AbortController();
      const body = JSON.stringify({ payload: 'x'.repeat(PAYLOAD_BYTES) });
      for (let count = 1; count <= TESTS; count += 1) {
        const headers = { 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body, signal: client.signal };
        const answer = fetch(`${service.url}/subscriptions/${id}/test`, init);
        answer.then(() => (answered += 1)).catch(() => undefined);
        await eventually(() => api.deliveriesOf(id), { until: ({ length }) => length === count });
      }

      await eventually(memory, { until: (bytes) => bytes - before < (TESTS * PAYLOAD_BYTES) / 2 });
      expect(answered).toBe(0);
      client.abort();
    } finally {
      await service.stop();
      await database.drop();
    }
  });
});
