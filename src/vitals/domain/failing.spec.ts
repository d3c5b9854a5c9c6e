import { type Failing, failingAfter, type FailuresSeen, type SeenAttempts, type Subject } from './failing.js';

const NOON = Date.UTC(2026, 10, 3, 12);
const MINUTE_MS = 60_000;
const ACTIVE: Subject = { isActive: true, targetDigest: 'here' };

/** Failures from `from` to `to` minutes after noon. */
function failures(count: number, from: number, to = from): FailuresSeen {
  const hours = 1 + Math.floor(to / 60) - Math.floor(from / 60);
  const [firstMs, lastMs] = [from, to].map((minutes) => NOON + minutes * MINUTE_MS) as [number, number];
  return { count, firstMs, lastMs, hours, lastStatusCode: 503, lastErrorCode: 'bad_status' };
}
const failed = (count: number, from: number, to = from): SeenAttempts => ({
  hasSucceeded: false,
  failures: failures(count, from, to),
});
const SUCCEEDED: SeenAttempts = { hasSucceeded: true, failures: null };
const KNOWN = failingAfter(null, failed(3, 0), ACTIVE, 100)!;

describe('a failing subscription', () => {
  it('begins with its first failure', () => {
    expect(KNOWN).toEqual({
      sinceMs: NOON,
      lastMs: NOON,
      failures: 3,
      lastStatusCode: 503,
      lastErrorCode: 'bad_status',
      targetDigest: 'here',
      isAnnounced: false,
      count: { fromSeconds: 100, toSeconds: 100, failures: 3, hours: 1, stage: 0 },
    } satisfies Failing);
  });

  it('goes on with further failures, and counts each hour once', () => {
    const later = failingAfter(KNOWN, failed(4, 30, 90), ACTIVE, 5000)!;
    expect(later).toMatchObject({ sinceMs: NOON, lastMs: NOON + 90 * MINUTE_MS, failures: 7 });
    expect(later.count).toEqual({ fromSeconds: 100, toSeconds: 5000, failures: 7, hours: 2, stage: 0 });
    expect(failingAfter(later, failed(1, 125), ACTIVE, 6000)!.count).toMatchObject({ hours: 3 });
  });

  it('stays as it is while nothing is sent', () => {
    expect(failingAfter(KNOWN, null, ACTIVE, 90_000)).toEqual(KNOWN);
  });

  it('ends with a single success', () => {
    expect(failingAfter(KNOWN, SUCCEEDED, ACTIVE, 200)).toBeNull();
  });

  it('begins anew with what failed after a success', () => {
    const anew = failingAfter(KNOWN, { hasSucceeded: true, failures: failures(2, 10) }, ACTIVE, 200)!;
    expect(anew).toMatchObject({ sinceMs: NOON + 10 * MINUTE_MS, failures: 2, isAnnounced: false });
    expect(anew.count).toEqual({ fromSeconds: 200, toSeconds: 200, failures: 2, hours: 1, stage: 0 });
  });

  it.each([
    ['while it is paused or disabled', { ...ACTIVE, isActive: false }],
    ['with another target', { ...ACTIVE, targetDigest: 'there' }],
  ])('keeps its failures %s, but counts none of them', (_, subject) => {
    const idle = failingAfter(KNOWN, null, subject, 200)!;
    expect(idle).toEqual({ ...KNOWN, targetDigest: subject.targetDigest, count: null });
    const busy = failingAfter(KNOWN, failed(1, 1), subject, 200)!;
    expect(busy).toMatchObject({ failures: 4, count: null, targetDigest: subject.targetDigest });
  });

  it('counts anew with the first failure after a pause, however long that was', () => {
    const paused = failingAfter(KNOWN, null, { ...ACTIVE, isActive: false }, 200);
    const resumed = failingAfter(paused, null, ACTIVE, 700_000)!;
    expect(resumed.count).toBeNull();
    const again = failingAfter(resumed, failed(20, 9000), ACTIVE, 700_100)!;
    expect(again).toMatchObject({ sinceMs: NOON, failures: 23 });
    expect(again.count).toEqual({ fromSeconds: 700_100, toSeconds: 700_100, failures: 20, hours: 1, stage: 0 });
  });

  it('stays announced until it succeeds', () => {
    const announced = { ...KNOWN, isAnnounced: true };
    expect(failingAfter(announced, failed(1, 1), ACTIVE, 200)).toMatchObject({ isAnnounced: true });
    expect(failingAfter(announced, null, { ...ACTIVE, isActive: false }, 200)).toMatchObject({ isAnnounced: true });
    expect(failingAfter(announced, { hasSucceeded: true, failures: failures(1, 9) }, ACTIVE, 200)).toMatchObject({
      isAnnounced: false,
    });
  });
});
