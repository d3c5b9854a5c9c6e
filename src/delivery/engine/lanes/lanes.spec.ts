import { admit, aWakeUp, laneKey, names, request } from '../../../../test/support/lane-steps.js';
import { Lanes } from './lanes.js';

/** Lanes whose receiver has answered so well that it is sent `width` requests at once; one of them is under way. */
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
  it('begins with one request, which finds out how many the subscription allows', () => {
    const lanes = new Lanes(100);
    admit(lanes, 10);
    expect(lanes.takeReady()).toHaveLength(1);
    lanes.start('a', 4, 0);
    expect(lanes.takeReady()).toHaveLength(3);
    expect(lanes.takeReady()).toHaveLength(0);
  });

  it('sends a receiver that has not answered yet no more than eight, and one more after each good answer', () => {
    const lanes = new Lanes(100);
    admit(lanes, 30);
    lanes.takeReady();
    const end = lanes.start('a', 20, 0);
    expect(lanes.takeReady()).toHaveLength(7);
    end(1, true);
    lanes.freeSlot('a', 'queued');
    expect(lanes.takeReady()).toHaveLength(2);
  });

  /** Sends what a lane of at most eight may send at once, lets all of it end, and says how many that were. */
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

  it('is not narrowed by a single failure', () => {
    const lanes = lanesOfWidth(8);
    request(lanes, 'a', { isWell: false, most: 8 });
    request(lanes, 'a', { most: 8 });
    request(lanes, 'a', { isWell: false, most: 8 });
    admit(lanes, 10);
    // One is under way since the beginning.
    expect(lanes.takeReady()).toHaveLength(7);
  });

  it('is narrowed to a single request by failures that take their time, and grows again with good answers', () => {
    const lanes = new Lanes(100);
    admit(lanes, 16);
    expect(rounds(lanes, [false, false, false, false], 1000)).toEqual([1, 8, 1, 1]);
    expect(rounds(lanes, [true, true, true], 1000)).toEqual([1, 2, 4]);
  });

  it('is narrowed to four requests by failures that come at once', () => {
    const lanes = new Lanes(100);
    admit(lanes, 16);
    expect(rounds(lanes, [false, false, false, false], 5)).toEqual([1, 8, 4, 4]);
  });

  it('gives a slot to the next delivery when a request has ended', () => {
    const lanes = new Lanes(100);
    admit(lanes, 3);
    lanes.takeReady();
    const end = lanes.start('a', 1, 0);
    expect(lanes.takeReady()).toEqual([]);

    end(5, true);

    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('refuses what is too far back in the queue of a receiver that hangs', () => {
    const lanes = new Lanes(100);
    admit(lanes, 1);
    lanes.takeReady();
    lanes.start('a', 1, 0);

    expect(admit(lanes, 100, 'a', 5000)).toBe(16);
    expect(lanes.queuedCount).toBe(16);
  });

  it('queues more for a fast receiver, and less while its oldest request hangs', () => {
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

  it('hands back what has waited longer than a second for its receiver, the oldest first', () => {
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

  it('keeps what has waited longer for a slot of the worker', () => {
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
    expect(lanes.takeForParked()).toEqual([{ subscriptionId: 'a', tenantId: 't', free: 5 }]);
    expect(lanes.takeForParked()).toEqual([]);
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
    expect(lanes.takeForParked()).toEqual([{ subscriptionId: 'a', tenantId: 't', free: 1 }]);
    lanes.start('a', 1, 1)(2, true);
    lanes.freeSlot('a', 'parked');
    expect(lanes.takeReady()).toHaveLength(1);
  });
});

describe('all lanes together', () => {
  it('take turns, so that a busy lane leaves slots to the others', () => {
    const lanes = lanesOfWidth(4, { slots: 20 });
    admit(lanes, 10, 'a');
    admit(lanes, 1, 'b');
    admit(lanes, 1, 'c');
    expect(lanes.takeReady().map(({ subscriptionId }) => subscriptionId)).toEqual(['b', 'a', 'c', 'a', 'a']);
  });

  it('never use more slots than there are', () => {
    const lanes = new Lanes(5);
    for (let n = 0; n < 20; n += 1) admit(lanes, 3, `s${n}`);
    expect(lanes.takeReady()).toHaveLength(5);
    expect(lanes.takeForParked()).toEqual([]);
    expect(lanes.inFlightCount).toBe(5);
  });

  it('leave slots to others, however many of them hang', () => {
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

  it('leave a quarter of the slots to backlog when there is some, and a quarter to what is new', () => {
    const lanes = new Lanes(40);
    for (const id of [...names(40, 'new'), ...names(40, 'old')]) request(lanes, id);
    for (const id of names(40, 'new')) admit(lanes, 2, id);
    for (const id of names(40, 'old')) lanes.setParked(laneKey(id), true);

    expect(lanes.takeReady()).toHaveLength(30);
    expect(lanes.takeForParked()).toHaveLength(5);

    const others = new Lanes(40);
    for (const id of names(40, 'old')) request(others, id);
    for (const id of names(40, 'old')) others.setParked(laneKey(id), true);
    expect(others.takeForParked()).toHaveLength(30);
  });

  it('pull for each lane with parked deliveries in turn', () => {
    const lanes = new Lanes(4);
    for (const id of ['a', 'b', 'c', 'd', 'e']) lanes.setParked(laneKey(id), true);
    const taken = lanes.takeForParked();
    expect(taken.map(({ subscriptionId }) => subscriptionId)).toEqual(['a', 'b', 'c']);
    for (const { subscriptionId, free } of taken) lanes.giveBack(subscriptionId, free, 'parked');
    expect(lanes.takeForParked().map(({ subscriptionId }) => subscriptionId)).toEqual(['d', 'e', 'a']);
  });

  it('get back slots that nothing came of', () => {
    const lanes = new Lanes(1);
    admit(lanes, 2);
    lanes.takeReady();

    lanes.giveBack('a', 1, 'queued');

    expect(lanes.takeReady()).toHaveLength(1);
    expect(lanes.inFlightCount).toBe(1);
  });
});
