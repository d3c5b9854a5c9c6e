import { anEngine, type EngineRepositories } from '../../../test/support/an-engine.js';
import { eventually } from '../../../test/support/eventually.js';
import { aClaimedDelivery, aNewEvent } from '../../../test/support/factories.js';
import { parseSettings } from '../../shared/config/settings.js';
import { deliveryUuid, newUuid, type Uuid } from '../../shared/ids/uuid.js';
import type { ArrivingDelivery } from '../domain/arriving-delivery.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' });

describe('the hand-over of accepted deliveries to a worker in the same process', () => {
  let nowMs: number;
  let sent: Uuid[];
  /** What PostgreSQL was asked to change: `settle id`, `postpone id`. */
  let changes: string[];
  let answer: () => void;
  let isAnswering: Promise<void>;

  beforeEach(() => {
    nowMs = 0;
    sent = [];
    changes = [];
    answer = () => undefined;
    isAnswering = Promise.resolve();
  });

  const engineOn = (given: Partial<EngineRepositories> = {}, env: Record<string, string> = {}) =>
    anEngine({
      repositories: {
        completeArrivals: (deliveries) => Promise.resolve(deliveries.map(claimedOf)),
        settleUnclaimed: (wakeUps) => {
          changes.push(...wakeUps.map(({ id }) => `settle ${id}`));
          return Promise.resolve([]);
        },
        postpone: (postponed) => {
          changes.push(...postponed.map(({ delivery, delayMs }) => `postpone ${delivery.id} by ${delayMs}`));
          return Promise.resolve(new Set(postponed.map(({ delivery }) => delivery.id)));
        },
        ...given,
      },
      nowMs: () => nowMs,
      onSent: async ({ id }) => {
        sent.push(id);
        await isAnswering;
      },
      env,
    });
  const anArrival = (subscriptionId: Uuid = newUuid(0), payload = Buffer.from('{}')): ArrivingDelivery => {
    const event = aNewEvent({ payload });
    return { id: deliveryUuid(event.id, 1), subscriptionId, event };
  };
  const claimedOf = ({ id, subscriptionId, event }: ArrivingDelivery): ClaimedDelivery =>
    aClaimedDelivery({ id, subscriptionId, tenantId: event.tenantId });
  const all = (deliveries: readonly ArrivingDelivery[]) => ({
    accepted: new Set(deliveries.map(({ event }) => event.id)),
    active: deliveries.map(({ subscriptionId: id }) => ({ id, version: '1' })),
  });
  const hang = (): void => {
    isAnswering = new Promise((resolve) => (answer = resolve));
  };

  it('sends each delivery once, without a claim of its own', async () => {
    const { direct } = engineOn();
    const deliveries = [anArrival(), anArrival()];
    const reservation = direct.reserve(deliveries);
    expect([...reservation.ids]).toEqual(deliveries.map(({ id }) => id));
    await turn();
    expect(sent).toEqual([]);

    reservation.start(all(deliveries));

    await eventually(() => sent, { until: ({ length }) => length === 2 });
    expect(sent).toEqual(deliveries.map(({ id }) => id));
    expect(changes).toEqual([]);
  });

  it('names each subscription once, whose state the accepting statement reads', () => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn();
    direct.reserve([anArrival(subscriptionId)]).giveBack();
    expect(direct.reserve([anArrival(subscriptionId)]).subscriptionIds).toEqual([subscriptionId]);
  });

  it('settles deliveries whose subscription is not active, and sends the others', async () => {
    const { direct } = engineOn();
    const [active, paused] = [anArrival(), anArrival()];
    direct.reserve([active, paused]).start({ ...all([active, paused]), active: all([active]).active });

    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect(changes).toEqual([`settle ${paused.id}`]);
    expect(sent).toEqual([active.id]);
  });

  it('does nothing about deliveries of an event that was not stored', async () => {
    const { direct, dispatcher } = engineOn();
    const repeated = anArrival();
    direct.reserve([repeated]).start({ ...all([repeated]), accepted: new Set() });
    await turn();
    expect([sent, changes]).toEqual([[], []]);
    expect(await dispatcher.stop(1000)).toBe(0);
  });

  it.each<[string, EngineRepositories['completeArrivals']]>([
    ['could not be read', () => Promise.reject(new Error('not now'))],
    ['was deleted meanwhile', () => Promise.resolve([])],
  ])('gives back a delivery whose subscription %s', async (_, completeArrivals) => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn({ completeArrivals });
    const delivery = anArrival(subscriptionId);
    direct.reserve([delivery]).start(all([delivery]));
    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect([sent, changes]).toEqual([[], [`postpone ${delivery.id} by 0`]]);
    // The lane of a subscription that has not answered yet has one slot.
    expect(direct.reserve([anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('frees all slots when the accepting statement fails', () => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn();
    direct.reserve([anArrival(subscriptionId)]).giveBack();
    expect(direct.reserve([anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('leaves to the queue what a lane has no slot for', () => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn();
    expect(direct.reserve([anArrival(subscriptionId), anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('gives back what was accepted while the worker stopped', async () => {
    const { direct, dispatcher } = engineOn();
    const late = anArrival();
    const reservation = direct.reserve([late]);
    await dispatcher.stop(1000);
    reservation.start(all([late]));
    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect(changes).toEqual([`postpone ${late.id} by 0`]);
    expect(sent).toEqual([]);
  });

  it('sends nothing that could outlive its lease, which began before the commit', async () => {
    const { direct, dispatcher } = engineOn();
    const late = anArrival();
    const reservation = direct.reserve([late]);
    nowMs += settings.leaseGrace * 1000 + 1;
    reservation.start(all([late]));
    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect(changes).toEqual([`postpone ${late.id} by 0`]);
    expect(sent).toEqual([]);
    expect(await dispatcher.stop(1000)).toBe(0);
  });

  it('gives back at once what cannot start, because its subscription allows less by now', async () => {
    const subscriptionId = newUuid(0);
    let maxInFlight = 10;
    const { direct } = engineOn({
      completeArrivals: (deliveries) =>
        Promise.resolve(
          deliveries.map((delivery) => ({
            ...claimedOf(delivery),
            subscription: { ...claimedOf(delivery).subscription, maxInFlight },
          })),
        ),
    });
    for (let n = 0; n < 3; n += 1) {
      const prompt = anArrival(subscriptionId);
      direct.reserve([prompt]).start(all([prompt]));
      await eventually(() => sent, { until: ({ length }) => length > n });
    }
    sent = [];
    maxInFlight = 1;
    const burst = [anArrival(subscriptionId), anArrival(subscriptionId)];
    const reservation = direct.reserve(burst);
    expect(reservation.ids.size).toBe(2);
    hang();
    reservation.start(all(burst));
    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect(changes).toEqual([`postpone ${burst[1]!.id} by 0`]);
    expect(sent).toEqual([burst[0]!.id]);
    answer();
  });
});
