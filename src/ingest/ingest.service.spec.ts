import { LIMITS } from '../shared/limits.js';
import type { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import type { TargetGuard } from '../shared/targets/target-guard.js';
import type { Clock } from '../shared/time/clock.js';
import type { SubscriptionsService, SubscriptionVault } from '../subscriptions/index.js';
import { deliveriesOf, type NewEvent } from './event.entity.js';
import type { EventWriter } from './event-writer.js';
import type { Idempotency } from './idempotency.js';
import { TooManySubscriptions } from './ingest.errors.js';
import { IngestService } from './ingest.service.js';

const REQUEST = {
  body: Buffer.from('x'),
  contentType: undefined,
  eventType: undefined,
  signature: undefined,
  idempotencyKey: undefined,
  requestId: 'r',
};

describe('an event', () => {
  const written: NewEvent[] = [];

  /** Of a tenant with so many subscriptions that want every event. */
  const ingest = (subscriptions: number): IngestService =>
    new IngestService(
      { listIdsWanting: () => Promise.resolve(new Array(subscriptions).fill('s')) } as unknown as SubscriptionsService,
      {} as SubscriptionVault,
      {} as Idempotency,
      { write: (event: NewEvent) => Promise.resolve(written.push(event) > 0) } as unknown as EventWriter,
      {} as TargetGuard,
      { nowMs: () => 0 } as Clock,
      { info: () => undefined } as unknown as Logger,
      new Metrics(),
    );

  it('reaches as many subscriptions as its deliveries can be told apart, and no more', async () => {
    const limit = LIMITS.deliveriesPerEvent;
    await expect(ingest(limit + 1).broadcast('t', 'a', REQUEST)).rejects.toThrow(TooManySubscriptions);
    await expect(ingest(limit + 1).broadcast('t', 'a', REQUEST)).rejects.toThrow(String(limit));
    expect(written).toEqual([]);

    expect(await ingest(limit).broadcast('t', 'a', REQUEST)).toMatchObject({ deliveryCount: limit });
    expect(new Set(deliveriesOf(written[0]!).map(({ id }) => id)).size).toBe(limit);
  });
});
