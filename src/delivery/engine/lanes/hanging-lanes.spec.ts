import { admit, laneKey, names, request } from '../../../../test/support/lane-steps.js';
import { Lanes } from './lanes.js';

describe('slots that hang', () => {
  const HOUR_MS = 3_600_000;

  /** Makes `count` new subscriptions of a tenant hang, as far as they get slots. @returns number of slots taken */
  const hang = (lanes: Lanes, count: number, tenantId = 't', nowMs = 0): number => {
    for (const id of names(count, `${tenantId}/hangs `)) admit(lanes, 3, id, nowMs);
    const taken = lanes.takeReady();
    for (const { subscriptionId } of taken) lanes.start(subscriptionId, 32, nowMs);
    return taken.length + lanes.takeReady().length;
  };
  const next = (lanes: Lanes, subscriptionId: string, nowMs = 0): number => {
    admit(lanes, 1, subscriptionId, nowMs);
    return lanes.takeReady().filter((wakeUp) => wakeUp.subscriptionId === subscriptionId).length;
  };

  it.each([20, 60, 300, 1000])(
    'leave slots to a subscription of another tenant when %i of one tenant hang',
    (count) => {
      const lanes = new Lanes(256);
      hang(lanes, count);
      expect(lanes.inFlightCount).toBeLessThanOrEqual(196);
      expect(next(lanes, 'other/healthy')).toBe(1);
    },
  );

  it('leave slots to another tenant when parked deliveries of a thousand subscriptions hang', () => {
    const lanes = new Lanes(256);
    for (const id of names(1000, 'hangs ')) lanes.setParked(laneKey(id), true);
    for (const { subscriptionId } of lanes.takeSlotsForParked()) lanes.start(subscriptionId, 32, 0);
    lanes.takeSlotsForParked();
    expect(next(lanes, 'other/healthy')).toBe(1);
  });

  it('leave slots to another tenant when prompt receivers start to hang all at once', () => {
    const lanes = new Lanes(256);
    for (const id of names(1000, 't/hangs ')) request(lanes, id);
    hang(lanes, 1000);
    expect(lanes.inFlightCount).toBe(224);
    expect(next(lanes, 'other/healthy')).toBe(1);
  });

  it('take up to half of the slots for one tenant while another has had deliveries recently', () => {
    const lanes = new Lanes(256);
    expect(next(lanes, 'other/healthy')).toBe(1);
    lanes.giveBack('other/healthy', 1, 'queued');
    for (const id of names(1000, 't/hangs ')) request(lanes, id);
    hang(lanes, 1000);
    expect(lanes.inFlightCount).toBe(128);
  });

  it.each([
    [8, 300],
    [20, 50],
    [100, 20],
  ])('leave slots to a prompt receiver when %i tenants have %i hanging receivers each', (tenants, count) => {
    const lanes = new Lanes(256);
    request(lanes, 'other/healthy');
    for (const tenantId of names(tenants, 'tenant ')) hang(lanes, count, tenantId);
    expect(next(lanes, 'other/healthy')).toBe(1);
  });

  it.each([
    [3, 300],
    [8, 300],
    [14, 50],
  ])('leave a slot to a tenant that holds none when %i tenants have %i hanging receivers each', (tenants, count) => {
    const lanes = new Lanes(256);
    for (const tenantId of names(tenants, 'tenant ')) hang(lanes, count, tenantId);
    expect(next(lanes, 'other/new')).toBe(1);
  });

  it('leave slots to a prompt receiver of the same tenant, and to a new one if they were known to be slow', () => {
    const lanes = new Lanes(256);
    request(lanes, 'healthy');
    hang(lanes, 1000);
    // By now the lanes have found out that their receivers hang.
    lanes.takeOverdue(2000);
    expect(lanes.inFlightCount).toBe(196);
    expect(next(lanes, 'healthy', 2000)).toBe(1);
    expect(next(lanes, 'new', 2000)).toBe(0);

    const later = new Lanes(256);
    for (const id of names(1000, 't/hangs ')) request(later, id, { isWell: false, durationMs: 15_000 });
    hang(later, 1000);
    expect(later.inFlightCount).toBe(168);
    expect(next(later, 'new')).toBe(1);
  });

  it('leave room to queue deliveries for other receivers', () => {
    const lanes = new Lanes(256);
    for (const id of names(1000, 'hangs ')) admit(lanes, 16, id);
    const queued = lanes.queuedCount;
    expect(queued).toBe(1024);
    expect(admit(lanes, 16, 'other/healthy')).toBe(16);
  });

  it('hand back deliveries that wait for slots beyond the share of their tenant', () => {
    const lanes = new Lanes(256);
    hang(lanes, 1000);
    const queued = lanes.queuedCount;
    expect(lanes.takeOverdue(1500)).toHaveLength(queued);
    expect(lanes.queuedCount).toBe(0);
  });

  it('may take nearly all slots once the other tenants have been idle for long', () => {
    const lanes = new Lanes(256);
    next(lanes, 'other/healthy');
    lanes.giveBack('other/healthy', 1, 'queued');
    lanes.takeOverdue(HOUR_MS);
    for (const id of names(1000, 't/hangs ')) request(lanes, id);
    hang(lanes, 1000, 't', HOUR_MS);
    expect(lanes.inFlightCount).toBe(224);
  });

  it('are never counted twice, whatever happens', () => {
    const lanes = new Lanes(64);
    const ends: (() => void)[] = [];
    for (let round = 0; round < 200; round += 1) {
      for (const [n, id] of names(30, 's').entries()) admit(lanes, 2, `${n % 5}/${id}`, round);
      for (const { subscriptionId } of lanes.takeReady()) {
        const end = lanes.start(subscriptionId, 8, round * 100);
        ends.push(() => {
          end(round * 100 + (round % 3) * 900, round % 2 === 0);
          lanes.freeSlot(subscriptionId, 'queued');
        });
      }
      for (const end of ends.splice(0, round % 7 === 0 ? ends.length : 5)) end();
      lanes.takeOverdue(round * 100);
      expect(lanes.inFlightCount).toBe(ends.length);
      expect(lanes.inFlightCount).toBeLessThanOrEqual(64);
    }
    for (const end of ends) end();
    lanes.takeAll();
    expect([lanes.inFlightCount, lanes.queuedCount]).toEqual([0, 0]);
  });
});
