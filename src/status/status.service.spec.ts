import { newEventUuid, newUuid, type Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { StatusService } from './status.service.js';

const EVENT_ID = newEventUuid(Date.now());
const OUTCOMES = { delivered: 2, failed: 1, cancelled: 0, unfinished: 0 };

/** A service with one event, and the ids of the events whose deliveries it counted. */
function aService(deliveryCount: number): { service: StatusService; counted: Uuid[] } {
  const counted: Uuid[] = [];
  const summary = { id: EVENT_ID, eventType: 'order.created', contentType: '', payloadBytes: 0, tags: null };
  const events = { getSummary: () => Promise.resolve({ ...summary, deliveryCount, idempotencyKey: null }) };
  const explanations = {
    outcomes: (_tenantId: string, ids: readonly Uuid[]) => {
      counted.push(...ids);
      return Promise.resolve(new Map(ids.map((id) => [id, OUTCOMES])));
    },
  };
  return { service: new StatusService(events as never, {} as never, explanations as never, {} as never), counted };
}

describe('an event', () => {
  it('says what became of its deliveries', async () => {
    const { service } = aService(LIMITS.countedDeliveries);
    expect(await service.getEvent('default', EVENT_ID, null)).toMatchObject({ outcomes: OUTCOMES });
  });

  it('with very many deliveries is shown without reading them', async () => {
    const { service, counted } = aService(LIMITS.countedDeliveries + 1);
    const event = await service.getEvent('default', EVENT_ID, null);
    expect(event).toMatchObject({ delivery_count: LIMITS.countedDeliveries + 1, outcomes: null });
    expect(counted).toEqual([]);
  });

  it('shows a session that is limited to some subscriptions only their deliveries', async () => {
    const { service } = aService(LIMITS.countedDeliveries + 1);
    const event = await service.getEvent('default', EVENT_ID, [newUuid(Date.now())]);
    expect(event).toMatchObject({ delivery_count: 3, outcomes: OUTCOMES });
  });
});
