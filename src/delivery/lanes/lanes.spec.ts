import type { WakeUp } from '../delivery.entity.js';
import { Lanes } from './lanes.js';

let made = 0;
const aWakeUp = (subscriptionId = 'a'): WakeUp => ({ id: `d${(made += 1)}`, subscriptionId, attemptCount: 0 });
const admit = (lanes: Lanes, count: number, subscriptionId = 'a', nowMs = 0): number =>
  Array.from({ length: count }, () => lanes.admit(aWakeUp(subscriptionId), nowMs)).filter(Boolean).length;

/** Lanes whose receiver is known to take `width` requests at once. */
function lanesOfWidth(width: number, { slots = 100, subscriptionId = 'a' } = {}): Lanes {
  const lanes = new Lanes(slots);
  admit(lanes, 2, subscriptionId);
  lanes.takeReady();
  const end = lanes.start(subscriptionId, width, 0);
  lanes.takeReady();
  end(1);
  lanes.freeSlot(subscriptionId);
  return lanes;
}

describe('lanes', () => {
  it('let one request find out how many a receiver takes', () => {
    const lanes = new Lanes(100);
    admit(lanes, 10);

    expect(lanes.takeReady()).toHaveLength(1);
    lanes.start('a', 4, 0);
    expect(lanes.takeReady()).toHaveLength(3);
    expect(lanes.takeReady()).toHaveLength(0);
  });

  it('give a slot to the next delivery when a request has ended', () => {
    const lanes = new Lanes(100);
    admit(lanes, 3);
    lanes.takeReady();
    const end = lanes.start('a', 1, 0);
    expect(lanes.takeReady()).toEqual([]);

    end(5);

    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('take turns, so that a busy lane leaves slots to the others', () => {
    const lanes = new Lanes(4);
    for (const subscriptionId of ['a', 'b', 'c']) {
      admit(lanes, 1, subscriptionId);
      lanes.takeReady();
      lanes.start(subscriptionId, 100, 0)(1);
      lanes.freeSlot(subscriptionId);
    }
    // Forgotten when idle, so each begins with one slot again.
    admit(lanes, 10, 'a');
    admit(lanes, 1, 'b');
    admit(lanes, 1, 'c');

    expect(lanes.takeReady().map(({ subscriptionId }) => subscriptionId)).toEqual(['a', 'b', 'c']);
  });

  it('never use more slots than there are', () => {
    const lanes = lanesOfWidth(50, { slots: 5 });
    admit(lanes, 16);
    lanes.takeReady();
    expect(lanes.inFlightCount).toBe(5);
  });

  it('refuse what is too far back in the queue of a receiver that hangs', () => {
    const lanes = new Lanes(100);
    admit(lanes, 1);
    lanes.takeReady();
    lanes.start('a', 1, 0);

    expect(admit(lanes, 100, 'a', 5000)).toBe(16);
    expect(lanes.queuedCount).toBe(16);
  });

  it('queue more for a fast receiver, and less while its oldest request hangs', () => {
    const lanes = new Lanes(1000);
    admit(lanes, 2);
    lanes.takeReady();
    lanes.start('a', 10, 0)(10);
    lanes.takeReady();
    lanes.start('a', 10, 10);

    expect(admit(lanes, 2000, 'a', 11)).toBe(1000);
    lanes.takeAll();
    expect(admit(lanes, 2000, 'a', 20_010)).toBe(16);
  });

  it('hand back what has waited longer than a second, the oldest first', () => {
    const lanes = new Lanes(100);
    const [first, second] = [aWakeUp(), aWakeUp()];
    lanes.admit(first, 0);
    lanes.admit(second, 600);

    expect(lanes.takeOverdue(1001)).toEqual([first]);
    expect(lanes.queuedCount).toBe(1);
    expect(lanes.takeOverdue(1601)).toEqual([second]);
  });

  it('leave half of the slots to parked deliveries', () => {
    const lanes = new Lanes(100);
    admit(lanes, 16);
    lanes.takeReady();
    lanes.start('a', 10, 0);
    lanes.setParked('a', true);

    expect(lanes.takeReady()).toHaveLength(4);
    expect(lanes.takeForParked()).toEqual([{ subscriptionId: 'a', free: 5 }]);
    expect(lanes.takeForParked()).toEqual([]);
  });

  it('give parked deliveries every other turn of a single slot', () => {
    const lanes = new Lanes(100);
    admit(lanes, 5);
    lanes.takeReady();
    const end = lanes.start('a', 1, 0);
    lanes.setParked('a', true);
    end(1);
    lanes.freeSlot('a');

    expect(lanes.takeReady()).toEqual([]);
    expect(lanes.takeForParked()).toEqual([{ subscriptionId: 'a', free: 1 }]);
    lanes.start('a', 1, 1)(2);
    lanes.freeSlot('a');
    expect(lanes.takeReady()).toHaveLength(1);
  });

  it('get back slots that nothing came of', () => {
    const lanes = new Lanes(1);
    admit(lanes, 2);
    lanes.takeReady();

    lanes.giveBack('a', 1);

    expect(lanes.takeReady()).toHaveLength(1);
    expect(lanes.inFlightCount).toBe(1);
  });
});
