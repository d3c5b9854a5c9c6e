import { aClaimedDelivery } from '../../test/support/factories.js';
import { eventually } from '../../test/support/eventually.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import { parseSettings } from '../shared/config/settings.js';
import { Metrics } from '../shared/metrics/metrics.js';
import type { Clock } from '../shared/time/clock.js';
import type { AttemptPipeline } from './attempt-pipeline.js';
import { DeliveryWorker } from './delivery-worker.js';
import type { ClaimedDelivery, WakeUp } from './delivery.entity.js';
import type { DeliveryRepository } from './delivery.repository.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' });

describe('the delivery worker', () => {
  let nowMs: number;
  let sent: ClaimedDelivery[];

  beforeEach(() => {
    nowMs = 0;
    sent = [];
  });

  const workerOn = (repository: Partial<DeliveryRepository>): DeliveryWorker => {
    const pipeline: Pick<AttemptPipeline, 'run'> = {
      run: (delivery, _policy, answered) => {
        sent.push(delivery);
        answered(true);
        return Promise.resolve();
      },
    };
    return new DeliveryWorker(
      { dayOf: ({ id }: WakeUp) => id.slice(0, 8), ...repository } as DeliveryRepository,
      pipeline as AttemptPipeline,
      { monotonicMs: () => nowMs } as Clock,
      silentLogger,
      new Metrics(),
      settings,
    );
  };

  const wakeUpOf = ({ id, subscriptionId, attempt }: ClaimedDelivery): WakeUp => ({
    id,
    subscriptionId,
    attemptCount: attempt - 1,
  });

  it.each<[string, DeliveryRepository['settleUnclaimed']]>([
    ['hangs', () => new Promise<never>(() => undefined)],
    ['fails', () => Promise.reject(new Error('no'))],
  ])('sends what it has claimed even if settling the rest %s', async (_, settleUnclaimed) => {
    const claimed = aClaimedDelivery();
    const worker = workerOn({
      claim: () => Promise.resolve([claimed]),
      settleUnclaimed,
    });
    const gone = claimed.id.slice(0, -1) + 'f';
    await worker.take([wakeUpOf(claimed), { ...wakeUpOf(claimed), id: gone }]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([claimed]);
  });

  it('begins no request that could outlive its lease, and has its slot free again', async () => {
    const [late, next] = [aClaimedDelivery(), aClaimedDelivery()];
    const worker = workerOn({
      claim: ([wakeUp]) => {
        const isLate = wakeUp!.id === late.id;
        if (isLate) nowMs += settings.leaseGrace * 1000 + 1;
        return Promise.resolve([isLate ? late : next]);
      },
    });
    await worker.take([wakeUpOf(late)]);
    await eventually(() => nowMs, { until: (ms) => ms > 0 });
    await worker.take([wakeUpOf(next)]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([next]);
    expect(await worker.stop(0)).toBe(0);
  });

  it('sends what it has claimed of one day when the claim of another fails', async () => {
    const today = aClaimedDelivery();
    const before = aClaimedDelivery({ id: today.id.replace(/^./, '1') });
    const worker = workerOn({
      claim: ([wakeUp]) => (wakeUp!.id === today.id ? Promise.resolve([today]) : Promise.reject(new Error('not now'))),
    });
    await worker.take([wakeUpOf(before), wakeUpOf(today)]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([today]);
  });
});
