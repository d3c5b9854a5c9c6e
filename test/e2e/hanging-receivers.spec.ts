import { Crowd, type Tenant, TENANTS } from '../support/crowd.js';
import { eventually } from '../support/eventually.js';

/** More than a worker has slots. */
const HANGING = 300;
const EVENTS = 50;

/** test/long/hanging-receivers.spec.ts measures how much they delay others, with more of them. */
describe('more subscriptions with hanging receivers, all of one tenant, than a worker has slots', () => {
  let crowd: Crowd;

  beforeAll(async () => {
    crowd = await Crowd.start();
    for (const tenant of TENANTS) await publishInTurn(tenant, 10);
    await crowd.hang(HANGING);
  });

  afterAll(() => crowd.stop());

  /** Waits until each event is received before publishing the next. */
  const publishInTurn = async (tenant: Tenant, events: number): Promise<void> => {
    const { clients, receiver, soundOf } = crowd;
    for (let n = 0; n < events; n += 1) {
      const { event_id: event } = await clients[tenant].publish(soundOf[tenant], { n });
      await eventually(() => receiver.requestsTo(`/${tenant}`).some(({ webhookId }) => webhookId === event), {
        until: Boolean,
      });
    }
  };

  it.each(TENANTS)('do not delay a sound receiver of the %s', async (tenant) => {
    await publishInTurn(tenant, EVENTS);

    // Every request that hung at the beginning still hangs.
    expect(crowd.receiver.requestsTo('/hangs').filter(({ endedAt }) => endedAt !== null)).toEqual([]);
  });

  it('leave slots to a new subscription of another tenant', () => crowd.deliverToNew());
});
