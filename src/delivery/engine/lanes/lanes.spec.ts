import { admit, aWakeUp, laneKey, names, request } from '../../../../test/support/lane-steps.js';
import { aClaimedDelivery } from '../../../../test/support/factories.js';
import type { QueuedDelivery } from '../../domain/wake-up.js';
import { Lanes } from './lanes.js';

/** Lanes in which one lane has grown to `width`, with one request in flight. */
function lanesOfWidth(width: number, { slots = 200, most = width, subscriptionId = 'a' } = {}): Lanes {
  const lanes = new Lanes(slots);
  admit(lanes, 2, subscriptionId);
  lanes.takeReady();
  lanes.start(subscriptionId, most, 0)(1, true);
  lanes.takeReady();
  lanes.start(subscriptionId, most, 0);
  lanes.freeSlot(subscriptionId, 'queued');
  for (let n = 2; n < width; n += 1) request(lanes, subscriptionId, { most });
  return lanes;
}

describe('a lane', () => {
  it('starts with one request, whose claim reads the limit of the subscription', () => {
    const lanes = new Lanes(100);
    admit(lanes, 10);
    expect(lanes.takeReady()).toHaveLength(1);
    lanes.start('a', 4, 0);
    expect(lanes.takeReady()).toHaveLength(3);
    expect(lanes.takeReady()).toHaveLength(0);
  });

  it('sends at most eight requests before the first response, and one more after each healthy response', () => {
    const lanes = new Lanes(100);
    admit(lanes, 30);
    lanes.takeReady();
    const end = lanes.start('a', 20, 0);
    expect(lanes.takeReady()).toHaveLength(7);
    end(1, true);
    lanes.freeSlot('a', 'queued');
    expect(lanes.takeReady()).toHaveLength(2);
  });

  /** Starts all requests that the lane allows, up to eight, and ends them. @returns number of requests */
  const round = (lanes: Lanes, isWell: boolean, durationMs: number): number => {
    const ready = lanes.takeReady();
    const ends = ready.map(() => lanes.start('a', 8, 0));
    for (const end of ends) end(durationMs, isWell);
    admit(lanes, ready.length);
    ready.forEach(() => {
      lanes.freeSlot('a', 'queued');
    });
    return ready.length;
  };
  const rounds = (lanes: Lanes, areWell: readonly boolean[], durationMs: number): number[] =>
    areWell.map((isWell) => round(lanes, isWell, durationMs));

  it('keeps its width after a single failure', () => {
    const lanes = lanesOfWidth(8);
    request(lanes, 'a', { isWell: false, most: 8 });
    request(lanes, 'a', { most: 8 });
    request(lanes, 'a', { isWell: false, most: 8 });
    admit(lanes, 10);
    // One request is in flight since lanesOfWidth.
    expect(lanes.takeReady()).toHaveLength(7);
  });

  it('shrinks to a single request while the receiver fails slowly, and grows again with healthy responses', () => {
    const lanes = new Lanes(100);
    admit(lanes, 16);
    expect(rounds(lanes, [false, false, false, false], 1000)).toEqual([1, 8, 1, 1]);
    expect(rounds(lanes, [true, true, true], 1000)).toEqual([1, 2, 4]);
  });

  it('shrinks to four requests while the receiver fails fast', () => {
    const lanes = new Lanes(100);
    admit(lanes, 16);
    expect(rounds(lanes, [false, false, false, false], 5)).toEqual([1, 8, 4, 4]);
  });

  it('gives the slot of a finished request to the next delivery', () => {
    const lanes = new Lanes(100);
    admit(lanes, 3);
    lanes.takeReady();
    const end = lanes.start('a', 1, 0);
    expect(lanes.takeReady()).toEqual([]);

    end(5, true);

    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('refuses deliveries beyond a short queue while its receiver hangs', () => {
    const lanes = new Lanes(100);
    admit(lanes, 1);
    lanes.takeReady();
    lanes.start('a', 1, 0);

    expect(admit(lanes, 100, 'a', 5000)).toBe(16);
    expect(lanes.queuedCount).toBe(16);
  });

  it('queues more deliveries for a fast receiver, and fewer while its oldest request hangs', () => {
    const lanes = new Lanes(1000);
    admit(lanes, 2);
    lanes.takeReady();
    lanes.start('a', 10, 0)(10, true);
    lanes.takeReady();
    lanes.start('a', 10, 10);

    expect(admit(lanes, 2000, 'a', 11)).toBe(900);
    lanes.takeAll();
    expect(admit(lanes, 2000, 'a', 20_010)).toBe(16);
  });

  it('hands back deliveries that have waited longer than a second for their receiver, oldest first', () => {
    const lanes = new Lanes(100);
    const [inFlight, first, second] = [aWakeUp(), aWakeUp(), aWakeUp()];
    lanes.admit(inFlight, 0);
    expect(lanes.takeReady()).toEqual([inFlight]);
    lanes.admit(first, 0);
    lanes.admit(second, 600);

    expect(lanes.takeOverdue(1001)).toEqual([first]);
    expect(lanes.queuedCount).toBe(1);
    expect(lanes.takeOverdue(1601)).toEqual([second]);
  });

  it('keeps deliveries that wait for a slot of the worker', () => {
    const lanes = new Lanes(1);
    const [inFlight, waiting] = [aWakeUp('a'), aWakeUp('b')];
    lanes.admit(inFlight, 0);
    expect(lanes.takeReady()).toEqual([inFlight]);
    lanes.admit(waiting, 0);

    expect(lanes.takeOverdue(60_000)).toEqual([]);
    lanes.giveBack('a', 1, 'queued');
    expect(lanes.takeReady()).toEqual([waiting]);
  });

  it('leaves half of its slots to parked deliveries', () => {
    const lanes = lanesOfWidth(10);
    admit(lanes, 16);
    lanes.setParked(laneKey('a'), true);

    expect(lanes.takeReady()).toHaveLength(4);
    expect(lanes.takeSlotsForParked()).toEqual([{ subscriptionId: 'a', tenantId: 't', free: 5 }]);
    expect(lanes.takeSlotsForParked()).toEqual([]);
  });

  it('gives parked deliveries every other turn of a single slot', () => {
    const lanes = new Lanes(100);
    admit(lanes, 5);
    lanes.takeReady();
    const end = lanes.start('a', 1, 0);
    lanes.setParked(laneKey('a'), true);
    end(1, true);
    lanes.freeSlot('a', 'queued');

    expect(lanes.takeReady()).toEqual([]);
    expect(lanes.takeSlotsForParked()).toEqual([{ subscriptionId: 'a', tenantId: 't', free: 1 }]);
    lanes.start('a', 1, 1)(2, true);
    lanes.freeSlot('a', 'parked');
    expect(lanes.takeReady()).toHaveLength(1);
  });
});

describe('all lanes of a worker', () => {
  it('take turns, so that a busy lane does not delay the others', () => {
    const lanes = lanesOfWidth(4, { slots: 20 });
    admit(lanes, 10, 'a');
    admit(lanes, 1, 'b');
    admit(lanes, 1, 'c');
    expect(lanes.takeReady().map(({ subscriptionId }) => subscriptionId)).toEqual(['b', 'a', 'c', 'a', 'a']);
  });

  it('never use more slots than the worker has', () => {
    const lanes = new Lanes(5);
    for (let n = 0; n < 20; n += 1) admit(lanes, 3, `s${n}`);
    expect(lanes.takeReady()).toHaveLength(5);
    expect(lanes.takeSlotsForParked()).toEqual([]);
    expect(lanes.inFlightCount).toBe(5);
  });

  it('leave slots to another lane, however many of them hang', () => {
    const lanes = lanesOfWidth(50, { slots: 60, subscriptionId: 's0' });
    admit(lanes, 100, 's0');
    lanes.takeReady();
    expect(lanes.inFlightCount).toBe(26);

    for (let n = 1; n < 20; n += 1) admit(lanes, 16, `s${n}`);
    lanes.takeReady();

    expect(lanes.inFlightCount).toBeLessThan(60);
    admit(lanes, 1, 'other');
    expect(lanes.takeReady()).toHaveLength(1);
  });

  const slotsForParked = (lanes: Lanes): number => lanes.takeSlotsForParked().reduce((sum, { free }) => sum + free, 0);

  it('leave a quarter of the slots to backlog, if there is some, and a quarter to new deliveries', () => {
    const lanes = new Lanes(40);
    for (const id of [...names(40, 'new'), ...names(40, 'old')]) request(lanes, id);
    for (const id of names(40, 'new')) admit(lanes, 2, id);
    for (const id of names(40, 'old')) lanes.setParked(laneKey(id), true);

    expect(lanes.takeReady()).toHaveLength(30);
    expect(slotsForParked(lanes)).toBe(5);

    const others = new Lanes(40);
    for (const id of names(40, 'old')) request(others, id);
    for (const id of names(40, 'old')) others.setParked(laneKey(id), true);
    expect(slotsForParked(others)).toBe(30);
  });

  it('take turns when they pull parked deliveries', () => {
    const lanes = new Lanes(4);
    for (const id of ['a', 'b', 'c', 'd', 'e']) lanes.setParked(laneKey(id), true);
    const taken = lanes.takeSlotsForParked();
    expect(taken.map(({ subscriptionId }) => subscriptionId)).toEqual(['a', 'b', 'c']);
    for (const { subscriptionId, free } of taken) lanes.giveBack(subscriptionId, free, 'parked');
    expect(lanes.takeSlotsForParked().map(({ subscriptionId }) => subscriptionId)).toEqual(['d', 'e', 'a']);
  });

  it('can use slots again that were given back', () => {
    const lanes = new Lanes(1);
    admit(lanes, 2);
    lanes.takeReady();

    lanes.giveBack('a', 1, 'queued');

    expect(lanes.takeReady()).toHaveLength(1);
    expect(lanes.inFlightCount).toBe(1);
  });
});

describe('slots that are reserved for deliveries about to be accepted', () => {
  const reserve = (lanes: Lanes, count: number, subscriptionId = 'a'): number =>
    Array.from({ length: count }, () => lanes.reserve(laneKey(subscriptionId), 0)).filter(Boolean).length;
  const arrive = (lanes: Lanes, subscriptionId = 'a', maxInFlight = 100): QueuedDelivery => {
    const wakeUp = aWakeUp(subscriptionId);
    const delivery = aClaimedDelivery({ id: wakeUp.id, subscriptionId });
    const arrived = { ...wakeUp, claim: { delivery, claimedAtMs: 0 } };
    lanes.arrive(arrived, maxInFlight);
    return arrived;
  };

  it('are as many as a lane is wide', () => {
    const lanes = new Lanes(100);
    expect(reserve(lanes, 10)).toBe(1);
    arrive(lanes);
    expect(lanes.takeReady()).toHaveLength(1);
    lanes.start('a', 100, 0);
    expect(reserve(lanes, 10)).toBe(7);

    expect(reserve(lanesOfWidth(20), 100)).toBe(19);
  });

  it('are none while others queue in the lane or are parked', () => {
    const queued = lanesOfWidth(2);
    admit(queued, 2);
    expect(reserve(queued, 1)).toBe(0);

    const parked = lanesOfWidth(20);
    parked.setParked(laneKey('a'), true);
    expect(reserve(parked, 1)).toBe(0);
  });

  it('go to the deliveries for which they were reserved, before any that were queued meanwhile', () => {
    const lanes = lanesOfWidth(2);
    reserve(lanes, 1);
    admit(lanes, 1);
    const arrived = arrive(lanes, 'a', 2);
    expect(lanes.takeReady()).toEqual([arrived]);
    expect(lanes.takeUnstarted(['a'])).toEqual([]);
  });

  it('are lost if the lane has become narrower meanwhile', () => {
    const lanes = lanesOfWidth(8);
    expect(reserve(lanes, 7)).toBe(7);
    const arrived = Array.from({ length: 7 }, () => arrive(lanes, 'a', 3));
    // One request is in flight since lanesOfWidth.
    for (let n = 0; n < 2; n += 1) lanes.start('a', 3, 0);
    expect(lanes.takeReady().length + lanes.takeUnstarted(['a']).length).toBe(arrived.length);
    expect(lanes.queuedCount).toBe(0);
  });

  it('do not go beyond a limit that was lowered while the lane was idle', () => {
    const lanes = new Lanes(100);
    for (let n = 0; n < 12; n += 1) request(lanes);
    expect(reserve(lanes, 15)).toBe(15);
    for (let n = 0; n < 15; n += 1) arrive(lanes, 'a', 2);
    expect(lanes.takeReady()).toHaveLength(2);
    expect(lanes.takeUnstarted(['a'])).toHaveLength(13);
  });

  it('are one in a lane that was idle, for deliveries from the queue, until its limit is read', () => {
    const lanes = new Lanes(100);
    for (let n = 0; n < 12; n += 1) request(lanes);
    admit(lanes, 15);
    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('keep their lane, and count until they are taken or cancelled', () => {
    const lanes = new Lanes(1);
    request(lanes);
    expect(reserve(lanes, 2)).toBe(1);
    expect(reserve(lanes, 1, 'b')).toBe(0);
    lanes.takeOverdue(5000);
    lanes.cancel('a');
    expect(reserve(lanes, 1, 'b')).toBe(1);
    arrive(lanes, 'b');
    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('are none in a lane whose receiver hangs', () => {
    const lanes = lanesOfWidth(20);
    admit(lanes, 30);
    lanes.takeReady();
    for (let n = 0; n < 19; n += 1) lanes.start('a', 20, 0);
    lanes.takeOverdue(1500);
    expect(reserve(lanes, 1)).toBe(0);
  });

  it('leave some to prompt lanes, however many lanes have not answered yet', () => {
    const lanes = new Lanes(64);
    request(lanes, 'prompt');
    for (const id of names(100, 'new')) reserve(lanes, 1, id);
    expect(reserve(lanes, 1, 'another')).toBe(0);
    expect(reserve(lanes, 1, 'prompt')).toBe(1);
  });

  it('leave some to other tenants and subscriptions, however wide a lane and however many lanes a tenant has', () => {
    const lanes = new Lanes(64);
    for (const id of names(20, 'one/')) for (let n = 0; n < 50; n += 1) request(lanes, id);
    request(lanes, 'other/a');
    expect(reserve(lanes, 100, 'one/0')).toBeLessThanOrEqual(32);
    expect(reserve(lanes, 1, 'one/1')).toBe(1);
    for (const id of names(20, 'one/')) reserve(lanes, 100, id);
    expect(reserve(lanes, 5, 'other/a')).toBe(5);
  });
});
