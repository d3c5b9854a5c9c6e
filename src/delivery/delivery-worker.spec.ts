import { aClaimedDelivery } from '../../test/support/factories.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import { parseSettings } from '../shared/config/settings.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { SystemClock } from '../shared/time/clock.js';
import type { AttemptPipeline } from './attempt-pipeline.js';
import { DeliveryWorker } from './delivery-worker.js';
import type { DeliveryRepository } from './delivery.repository.js';

describe('the delivery worker', () => {
  it('sends what it has claimed even if what it could not claim can not be settled', async () => {
    const claimed = aClaimedDelivery();
    const repository: Pick<DeliveryRepository, 'claim' | 'settleUnclaimed'> = {
      claim: () => Promise.resolve([claimed]),
      settleUnclaimed: () => Promise.reject(new Error('no')),
    };
    const sent = new Promise((resolve) => {
      const pipeline: Pick<AttemptPipeline, 'run'> = {
        run: (delivery) => {
          resolve(delivery);
          return Promise.resolve();
        },
      };
      const worker = new DeliveryWorker(
        repository as DeliveryRepository,
        pipeline as AttemptPipeline,
        new SystemClock(),
        silentLogger,
        new Metrics(),
        parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' }),
      );
      const { subscriptionId } = claimed;
      const gone = '01890000-0000-7000-8000-000000000001';
      void worker.take([claimed.id, gone].map((id) => ({ id, subscriptionId, attemptCount: claimed.attempt - 1 })));
    });

    expect(await sent).toBe(claimed);
  });
});
