import { deliveryUuid, newEventUuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import type { Clock } from '../shared/time/clock.js';
import type { Audience, PublishTargets, SubscriptionVault } from '../subscriptions/index.js';
import type { EventReport } from './event-report.js';
import type { EventWriter } from './event-writer.js';
import type { Idempotency } from './idempotency.js';
import { TooManySubscriptions } from './ingest.errors.js';
import { IngestService } from './ingest.service.js';

const REQUEST = {
  body: Buffer.from('x'),
  contentType: undefined,
  eventType: undefined,
  signature: undefined,
  allowsForm: undefined,
  tags: undefined,
  idempotencyKey: undefined,
  requestId: 'r',
};

describe('an event', () => {
  let written: (readonly string[] | null)[];
  let unexplained: unknown[];

  beforeEach(() => {
    written = [];
    unexplained = [];
  });

  /** The service for a tenant whose subscriptions in `audience` want every event. */
  const ingest = (
    audience: Audience,
    targets: object = { getAudience: () => Promise.resolve(audience) },
  ): IngestService =>
    new IngestService(
      targets as PublishTargets,
      {} as SubscriptionVault,
      {} as Idempotency,
      {
        write: (_: unknown, ids: readonly string[] | null) => {
          written.push(ids);
          return Promise.resolve(audience.count);
        },
      } as unknown as EventWriter,
      { nowMs: () => 0 } as Clock,
      {
        accepted: () => undefined,
        unexplained: (_: unknown, error: unknown) => unexplained.push(error),
      } as unknown as EventReport,
    );

  it('reaches as many subscriptions as it can have distinct deliveries, and no more', async () => {
    const limit = LIMITS.deliveriesPerEvent;
    const tooMany = ingest({ count: limit + 1, ids: null });
    await expect(tooMany.broadcast('t', 'a', REQUEST)).rejects.toThrow(TooManySubscriptions);
    await expect(tooMany.broadcast('t', 'a', REQUEST)).rejects.toThrow(String(limit));
    expect(written).toEqual([]);

    expect(await ingest({ count: limit, ids: null }).broadcast('t', 'a', REQUEST)).toMatchObject({
      deliveryCount: limit,
    });
    expect(written).toEqual([null]);
    const ids = Array.from({ length: limit }, (_, n) => deliveryUuid(newEventUuid(0), n + 1));
    expect(new Set(ids.map((id) => id.slice(-5))).size).toBe(limit);
  });

  it('of a type that only the service publishes is refused, to all and to one, even if that wants it', async () => {
    const target = { isDisabled: false, eventTypes: ['webhooks.delivery.failed'] };
    const service = ingest({ count: 1, ids: ['s'] }, { get: () => Promise.resolve(target) });
    const type = 'webhooks.delivery.failed';
    const reserved = /^event_type must not begin with "webhooks\.".*as a test with POST \/subscriptions\/\{id\}\/test$/;

    await expect(service.broadcast('t', type, REQUEST)).rejects.toThrow(reserved);
    const header = 'X-Event-Type must not begin with "webhooks."';
    await expect(service.publish('t', 's', { ...REQUEST, eventType: type })).rejects.toThrow(header);
    await expect(service.publish('t', 's', REQUEST)).rejects.toThrow(header);
    expect(written).toEqual([]);
  });

  it('is accepted even if nobody can find out why it reaches nobody', async () => {
    const failure = new Error('The database does not answer.');
    const targets = {
      getAudience: () => Promise.resolve({ count: 0, ids: [] }),
      explainNoDeliveries: () => Promise.reject(failure),
    };
    const service = ingest({ count: 0, ids: [] }, targets);

    expect(await service.broadcast('t', 'a', REQUEST)).toMatchObject({ deliveryCount: 0 });
    expect(await service.explainNoDeliveries({ tenantId: 't', mayRead: true }, 'a')).toBeNull();
    expect(unexplained).toEqual([failure]);
  });

  it('is addressed to the listed subscriptions when these are few', async () => {
    expect(await ingest({ count: 2, ids: ['s1', 's2'] }).broadcast('t', 'a', REQUEST)).toMatchObject({
      deliveryCount: 2,
    });
    expect(written).toEqual([['s1', 's2']]);
  });
});
