import { anEngine, type EngineRepositories } from '../../../test/support/an-engine.js';
import { eventually } from '../../../test/support/eventually.js';
import { aClaimedDelivery, aNewEvent } from '../../../test/support/factories.js';
import { deliveryUuid, newUuid, type Uuid } from '../../shared/ids/uuid.js';
import type { ArrivingDelivery } from '../domain/arriving-delivery.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
          return Promise.resolve(0);
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
  ])('leaves the place of a delivery whose subscription %s', async (_, completeArrivals) => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn({ completeArrivals });
    const delivery = anArrival(subscriptionId);
    direct.reserve([delivery]).start(all([delivery]));
    await turn();
    expect(sent).toEqual([]);
    // The first delivery of a subscription takes its only place.
    expect(direct.reserve([anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('leaves all places when the accepting statement fails', () => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn();
    direct.reserve([anArrival(subscriptionId)]).giveBack();
    expect(direct.reserve([anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('leaves to the queue what a lane has no place for', () => {
    const subscriptionId = newUuid(0);
    const { direct } = engineOn();
    expect(direct.reserve([anArrival(subscriptionId), anArrival(subscriptionId)]).ids.size).toBe(1);
  });

  it('keeps no large payloads in memory while they wait for a slot', async () => {
    const { direct } = engineOn({}, { WORKER_CONCURRENCY: '2' });
    const large = (): ArrivingDelivery => anArrival(newUuid(0), Buffer.alloc(20_000));
    for (let n = 0; n < 8; n += 1) {
      const prompt = anArrival();
      direct.reserve([prompt]).start(all([prompt]));
      await eventually(() => sent, { until: ({ length }) => length > n });
    }
    expect(direct.reserve(Array.from({ length: 20 }, large)).ids.size).toBeLessThanOrEqual(2);
  });

  /** Lets a receiver answer once, so that it counts as prompt and deliveries may wait for its slots. */
  const makePrompt = async ({ direct }: ReturnType<typeof engineOn>, subscriptionId: Uuid): Promise<void> => {
    const delivery = anArrival(subscriptionId);
    direct.reserve([delivery]).start(all([delivery]));
    await eventually(() => sent, { until: ({ length }) => length === 1 });
    sent = [];
  };

  it('gives back what waits for a slot when the worker stops', async () => {
    const subscriptionId = newUuid(0);
    const engine = engineOn({}, { WORKER_CONCURRENCY: '1' });
    await makePrompt(engine, subscriptionId);
    hang();
    const { direct, dispatcher } = engine;
    const [first, second] = [anArrival(subscriptionId), anArrival(subscriptionId)];
    const reservations = [first, second].map((delivery) => direct.reserve([delivery]));
    expect(reservations.map(({ ids }) => ids.size)).toEqual([1, 1]);
    reservations[0]!.start(all([first]));
    reservations[1]!.start(all([second]));
    await eventually(() => sent, { until: ({ length }) => length === 1 });

    const stopped = dispatcher.stop(10_000);
    await eventually(() => changes, { until: ({ length }) => length > 0 });
    expect(changes).toEqual([`postpone ${second.id} by 0`]);
    answer();
    expect(await stopped).toBe(0);
    expect(sent).toEqual([first.id]);
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

  it('gives back what has waited too long for its receiver', async () => {
    const subscriptionId = newUuid(0);
    const engine = engineOn(
      { listWithParked: () => Promise.resolve({ active: [], deleted: [], last: null }) },
      { WORKER_CONCURRENCY: '1' },
    );
    await makePrompt(engine, subscriptionId);
    hang();
    const { direct, review } = engine;
    const [first, second] = [anArrival(subscriptionId), anArrival(subscriptionId)];
    const reservations = [first, second].map((delivery) => direct.reserve([delivery]));
    [first, second].forEach((delivery, n) => {
      reservations[n]!.start(all([delivery]));
    });
    await eventually(() => sent, { until: ({ length }) => length === 1 });
    nowMs = 1500;
    await review.run();
    expect(changes).toEqual([`postpone ${second.id} by 0`]);
    answer();
  });
});
