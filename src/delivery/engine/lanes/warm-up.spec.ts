import { admit, laneKey, request } from '../../../../test/support/lane-steps.js';
import { Lanes } from './lanes.js';

const MINUTE_MS = 60_000;
const A = laneKey('a');

/** Lanes in which one has grown to `width`, and is idle since time 0. */
function lanesOnceOfWidth(width: number): Lanes {
  const lanes = new Lanes(400);
  // The first claim widens the lane to eight, and its answer adds one.
  for (let n = 8; n < width; n += 1) request(lanes, 'a', { most: 100, durationMs: 1 });
  return lanes;
}

/** Pulls parked deliveries into all free slots, and lets them be answered. @returns how many were sent at once */
function round(lanes: Lanes, nowMs: number, isWell = true): number {
  const sent = lanes.takeSlotsForParked()[0]?.free ?? 0;
  const ends = Array.from({ length: sent }, () => lanes.start('a', 100, nowMs));
  for (const end of ends) {
    end(nowMs + 5, isWell);
    lanes.freeSlot('a', 'parked');
  }
  return sent;
}

describe('a lane that finds a backlog', () => {
  it('begins with one request after a pause, and doubles with each round of healthy answers', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, 5 * MINUTE_MS);

    const rounds = Array.from({ length: 8 }, (_, n) => round(lanes, 5 * MINUTE_MS + n * 10));
    expect(rounds).toEqual([1, 2, 4, 8, 16, 32, 64, 100]);
  });

  it('stays at one request while the receiver hangs', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, MINUTE_MS);
    expect(lanes.takeSlotsForParked()).toEqual([{ ...A, free: 1 }]);
    lanes.start('a', 100, MINUTE_MS);
    lanes.noteBacklog(A, MINUTE_MS + 10_000);
    expect(lanes.takeSlotsForParked()).toEqual([]);
  });

  it('does not widen while the receiver fails', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, MINUTE_MS);
    expect(Array.from({ length: 5 }, () => round(lanes, MINUTE_MS, false))).toEqual([1, 1, 1, 1, 1]);
  });

  it('begins with one request in a new worker, too', () => {
    const lanes = new Lanes(100);
    lanes.noteBacklog(A, 0);
    expect(Array.from({ length: 4 }, () => round(lanes, 0))).toEqual([1, 2, 4, 8]);
  });

  it('keeps the width of a receiver that has answered within the last half minute', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, 20_000);
    // The first claim reads the limit of the subscription.
    expect([round(lanes, 20_000), round(lanes, 20_010)]).toEqual([1, 61]);
  });

  it('begins with one request after the receiver did nothing but fail, however lately', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, 20_000);
    expect(round(lanes, 20_000, false)).toBe(1);
    lanes.setParked(A, false);
    lanes.noteBacklog(A, 40_000);
    expect([round(lanes, 40_000), round(lanes, 40_010)]).toEqual([1, 2]);
  });

  it('keeps its width while it is busy, however often it is told of the backlog', () => {
    const lanes = lanesOnceOfWidth(60);
    lanes.noteBacklog(A, 1000);
    round(lanes, 1000);
    lanes.setParked(A, false);
    admit(lanes, 1, 'a', 1010);
    lanes.takeReady();
    lanes.start('a', 100, 1010);
    lanes.noteBacklog(A, 2000);
    expect(round(lanes, 2000)).toBeGreaterThan(50);
  });

  it('does not send new events as fast as before a long pause, either', () => {
    const lanes = lanesOnceOfWidth(60);
    admit(lanes, 16, 'a', MINUTE_MS);
    expect(lanes.takeReady()).toHaveLength(1);
    lanes.start('a', 100, MINUTE_MS);
    admit(lanes, 16, 'a', MINUTE_MS);
    expect(lanes.takeReady()).toHaveLength(7);
  });
});

describe('the report of the lanes', () => {
  it('has those that have something to do, with their width and what is in flight', () => {
    const lanes = new Lanes(100);
    request(lanes, 'idle');
    admit(lanes, 3);
    lanes.takeReady();
    lanes.start('a', 20, 0);
    lanes.noteBacklog(laneKey('other/b'), 0);

    expect(lanes.busiest(10)).toEqual([
      { subscriptionId: 'a', tenantId: 't', width: 8, inFlight: 1 },
      { subscriptionId: 'other/b', tenantId: 'other', width: 1, inFlight: 0 },
    ]);
  });

  it('has those with the most slots if there are too many', () => {
    const lanes = new Lanes(100);
    for (const id of ['a', 'b', 'c']) lanes.noteBacklog(laneKey(id), 0);
    admit(lanes, 1, 'd');
    lanes.takeReady();
    lanes.start('d', 20, 0);

    expect(lanes.busiest(2).map(({ subscriptionId }) => subscriptionId)).toContain('d');
    expect(lanes.busiest(2)).toHaveLength(2);
  });
});
