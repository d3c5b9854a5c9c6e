import { jest } from '@jest/globals';
import { anEngine, type EngineRepositories } from '../../../test/support/an-engine.js';
import { aClaimedDelivery } from '../../../test/support/factories.js';
import { eventually } from '../../../test/support/eventually.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { parseSettings } from '../../shared/config/settings.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import type { WakeUp } from '../domain/wake-up.js';
import { Pulling } from './pulling.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' });

describe('the engine of a worker', () => {
  let nowMs: number;
  let sent: ClaimedDelivery[];

  beforeEach(() => {
    nowMs = 0;
    sent = [];
  });

  const engineOn = (given: Partial<EngineRepositories>, env: Record<string, string> = {}) =>
    anEngine({ repositories: given, nowMs: () => nowMs, onSent: (delivery) => void sent.push(delivery), env });

  const wakeUpOf = ({ id, subscriptionId, attempt }: ClaimedDelivery): WakeUp => ({
    id,
    subscriptionId,
    attemptCount: attempt - 1,
    tenantId: 'default',
  });

  it.each<[string, EngineRepositories['settleUnclaimed']]>([
    ['hangs', () => new Promise<never>(() => undefined)],
    ['fails', () => Promise.reject(new Error('no'))],
  ])('sends claimed deliveries even if settling the others %s', async (_, settleUnclaimed) => {
    const claimed = aClaimedDelivery();
    const engine = engineOn({
      claim: () => Promise.resolve([claimed]),
      settleUnclaimed,
    });
    const gone = claimed.id.slice(0, -1) + 'f';
    await engine.dispatcher.dispatch([wakeUpOf(claimed), { ...wakeUpOf(claimed), id: gone }]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([claimed]);
  });

  it('starts no request that could outlive its lease, and frees its slot', async () => {
    const [late, next] = [aClaimedDelivery(), aClaimedDelivery()];
    const engine = engineOn({
      claim: ([wakeUp]) => {
        const isLate = wakeUp!.id === late.id;
        if (isLate) nowMs += settings.leaseGrace * 1000 + 1;
        return Promise.resolve([isLate ? late : next]);
      },
    });
    await engine.dispatcher.dispatch([wakeUpOf(late)]);
    await eventually(() => nowMs, { until: (ms) => ms > 0 });
    await engine.dispatcher.dispatch([wakeUpOf(next)]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([next]);
    expect(await engine.dispatcher.stop(0)).toBe(0);
  });

  it('sends a delivery whose wake-up names another subscription, and frees the slot that it used', async () => {
    const [claimed, next] = [aClaimedDelivery(), aClaimedDelivery()];
    const engine = engineOn(
      { claim: ([wakeUp]) => Promise.resolve([wakeUp!.id === claimed.id ? claimed : next]) },
      { WORKER_CONCURRENCY: '1' },
    );
    await engine.dispatcher.dispatch([{ ...wakeUpOf(claimed), subscriptionId: newUuid(0) }]);
    await eventually(() => sent, { until: ({ length }) => length === 1 });
    await engine.dispatcher.dispatch([wakeUpOf(next)]);
    await eventually(() => sent, { until: ({ length }) => length === 2 });
    expect(sent).toEqual([claimed, next]);
    expect(await engine.dispatcher.stop(1000)).toBe(0);
  });

  it('frees slots at answers, for as many attempts as it has slots, and those of others when they are recorded', async () => {
    const ends: (() => void)[] = [];
    const engine = anEngine({
      repositories: { claim: ([wakeUp]) => Promise.resolve([aClaimedDelivery({ id: wakeUp!.id })]) },
      nowMs: () => nowMs,
      onSent: (delivery) => void sent.push(delivery),
      onAnswered: () => new Promise((resolve) => ends.push(resolve)),
      env: { WORKER_CONCURRENCY: '2' },
    });
    for (let n = 0; n < 8; n += 1) await engine.dispatcher.dispatch([wakeUpOf(aClaimedDelivery())]);
    // Two are not recorded, and two hold their slots.
    await eventually(() => ends, { until: ({ length }) => length === 4 });
    expect(sent).toHaveLength(4);

    ends[2]!();
    await eventually(() => sent, { until: ({ length }) => length === 5 });
    const stopped = engine.dispatcher.stop(10_000);
    for (const end of ends) end();
    await eventually(() => ends, { until: ({ length }) => length === 5 });
    ends[4]!();
    expect(await stopped).toBe(0);
  });

  it('counts the slot of a parked delivery as free once', async () => {
    const noteFreeSlot = jest.spyOn(Pulling.prototype, 'noteFreeSlot');
    const parked = aClaimedDelivery();
    const { subscriptionId, tenantId } = parked;
    const engine = engineOn({
      park: () => Promise.resolve(),
      listWithParked: () => Promise.resolve({ active: [{ subscriptionId, tenantId }], deleted: [], last: null }),
      pull: () => Promise.resolve(sent.length === 0 ? [parked] : []),
    });
    await engine.review.run();
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    await engine.dispatcher.stop(10_000);

    expect(noteFreeSlot).toHaveBeenCalledTimes(1);
    noteFreeSlot.mockRestore();
  });

  it('stops in time even if giving deliveries back hangs', async () => {
    const hanging = aClaimedDelivery();
    const engine = engineOn(
      { claim: () => new Promise(() => undefined), giveBack: () => new Promise(() => undefined) },
      { WORKER_CONCURRENCY: '1' },
    );
    await engine.dispatcher.dispatch([wakeUpOf(hanging), wakeUpOf(hanging)]);
    expect(await engine.dispatcher.stop(10)).toBe(1);
  });

  it('sends the deliveries of one day even if the claim of another day fails', async () => {
    const today = aClaimedDelivery();
    const before = aClaimedDelivery({ id: today.id.replace(/^./, '1') });
    const engine = engineOn({
      claim: ([wakeUp]) => (wakeUp!.id === today.id ? Promise.resolve([today]) : Promise.reject(new Error('not now'))),
    });
    await engine.dispatcher.dispatch([wakeUpOf(before), wakeUpOf(today)]);
    await eventually(() => sent, { until: ({ length }) => length > 0 });
    expect(sent).toEqual([today]);
  });

  describe('with full lanes', () => {
    let parked: WakeUp[];
    let claimed: (() => void)[];
    let engine: ReturnType<typeof anEngine>;
    const subscriptionId = newUuid(0);
    const acceptedAt = (ms: number): WakeUp => ({
      id: newUuid(ms),
      subscriptionId,
      attemptCount: 0,
      tenantId: 'default',
    });

    beforeEach(async () => {
      parked = [];
      claimed = [];
      const prompt = aClaimedDelivery({ subscriptionId });
      engine = engineOn(
        {
          claim: ([wakeUp]) =>
            wakeUp!.id === prompt.id
              ? Promise.resolve([prompt])
              : new Promise((resolve) => claimed.push(() => { resolve([]); })), // prettier-ignore
          settleUnclaimed: () => Promise.resolve([]),
          park: (wakeUps) => {
            parked.push(...wakeUps);
            return Promise.resolve();
          },
        },
        { WORKER_CONCURRENCY: '1' },
      );
      // Makes its receiver prompt. Lanes of other receivers queue only a few deliveries.
      await engine.dispatcher.dispatch([wakeUpOf(prompt)]);
      await eventually(() => sent, { until: ({ length }) => length === 1 });
      // The first one takes the slot.
      await engine.dispatcher.dispatch([acceptedAt(0)]);
      await eventually(() => claimed, { until: ({ length }) => length === 1 });
      for (let n = 0; n < 16; n += 1) await engine.dispatcher.dispatch([acceptedAt(0)]);
    });
    afterEach(() => engine.dispatcher.stop(0));

    it('runs out of room for due deliveries long before it runs out of room for jobs', async () => {
      expect([engine.capacity.hasRoom, engine.capacity.hasRoomForDue]).toEqual([false, false]);
      claimed[0]!();
      await eventually(() => engine.capacity.hasRoom, { until: Boolean });
      expect(engine.capacity.hasRoomForDue).toBe(false);
    });

    it('parks a job at once if its event was accepted too long ago', async () => {
      nowMs = 3001;
      const late = acceptedAt(0);
      await engine.admission.admit([late]);
      expect(parked).toEqual([late]);
    });

    const NEW = [
      ['is new', 10_000],
      ['comes from a clock that is ahead', 3_600_000],
    ] as const;

    it.each(NEW)('parks a job that %s when it has waited too long for room', async (_, atMs) => {
      nowMs = 10_000;
      const job = acceptedAt(atMs);
      await engine.admission.admit([job]);
      expect(parked).toEqual([job]);
    });

    it.each(NEW)('admits a job that %s as soon as there is room, and the other waiting jobs, too', async (_, atMs) => {
      nowMs = 10_000;
      const admitted = [engine.admission.admit([acceptedAt(atMs)]), engine.admission.admit([acceptedAt(atMs)])];
      claimed[0]!();
      await Promise.all(admitted);
      expect(parked).toEqual([]);
    });
  });
});
