import type { Failing, SeenAttempts, Subject } from './failing.js';
import { type Change, changeOf, type ReviewTime } from './next-failing.js';

const NOW = Date.UTC(2026, 10, 8, 12);
const DAY = 86_400;
const ACTIVE: Subject = { isActive: true, targetDigest: 'here' };
const TIME: ReviewTime = { watchedSeconds: 10 * DAY, hasGoneBack: false, disableAfterDays: 5 };
/** Has failed for almost five days, and its tenant knows. */
const KNOWN: Failing = {
  sinceMs: NOW - 5 * DAY * 1000,
  lastMs: NOW - 3_600_000,
  failures: 400,
  lastStatusCode: 503,
  lastErrorCode: 'bad_status',
  targetDigest: 'here',
  isAnnounced: true,
  count: { fromSeconds: 5 * DAY, toSeconds: 10 * DAY - 3600, failures: 400, hours: 119, stage: 3 },
};
const ANOTHER: SeenAttempts = {
  hasSucceeded: false,
  failures: { count: 1, firstMs: NOW, lastMs: NOW, hours: 1, lastStatusCode: null, lastErrorCode: 'timeout' },
};
const NOTHING: Change = { next: null, recoveredFrom: null, warning: null, isToBeDisabled: false };

describe('a review of a subscription', () => {
  it('finds one to be disabled when another failure completes the time', () => {
    const change = changeOf(KNOWN, ANOTHER, ACTIVE, TIME);
    expect(change).toMatchObject({ isToBeDisabled: true, warning: null, recoveredFrom: null });
    expect(change.next).toMatchObject({ failures: 401, lastStatusCode: null, lastErrorCode: 'timeout' });
  });

  it.each<[string, Subject, Partial<ReviewTime>]>([
    ['is paused', { ...ACTIVE, isActive: false }, {}],
    ['has got another target', { ...ACTIVE, targetDigest: 'there' }, {}],
    ['was judged by a clock that has gone back', ACTIVE, { hasGoneBack: true }],
    ['may fail for ever', ACTIVE, { disableAfterDays: 0 }],
  ])('does not find one that %s', (_, subject, time) => {
    expect(changeOf(KNOWN, ANOTHER, subject, { ...TIME, ...time }).isToBeDisabled).toBe(false);
  });

  it('tells of a recovery if it told of the failures', () => {
    const success = { hasSucceeded: true, failures: null };
    expect(changeOf(KNOWN, success, ACTIVE, TIME)).toEqual({ ...NOTHING, recoveredFrom: KNOWN });
    expect(changeOf({ ...KNOWN, isAnnounced: false }, success, ACTIVE, TIME)).toEqual(NOTHING);
  });

  it('tells of no recovery of one that is not active, because it takes no deliveries', () => {
    const success = { hasSucceeded: true, failures: null };
    expect(changeOf(KNOWN, success, { ...ACTIVE, isActive: false }, TIME)).toEqual(NOTHING);
  });

  it('tells of a recovery even if it fails again', () => {
    const change = changeOf(KNOWN, { ...ANOTHER, hasSucceeded: true }, ACTIVE, TIME);
    expect(change.recoveredFrom).toBe(KNOWN);
    expect(change.next).toMatchObject({ failures: 1, isAnnounced: false, count: { fromSeconds: 10 * DAY } });
  });

  it('gives each warning once', () => {
    const half = { ...KNOWN, isAnnounced: false, count: { ...KNOWN.count!, fromSeconds: 7 * DAY, stage: 1 } };
    const first = changeOf(half, ANOTHER, ACTIVE, TIME);
    expect(first.warning).toMatchObject({ warning: { name: 'half_way' }, secondsLeft: 2 * DAY });
    expect(first.next).toMatchObject({ isAnnounced: true, count: { stage: 2 } });
    expect(changeOf(first.next, ANOTHER, ACTIVE, TIME).warning).toBeNull();
  });

  it('forgets one that is deleted, and tells nobody', () => {
    expect(changeOf(KNOWN, ANOTHER, null, TIME)).toEqual(NOTHING);
  });

  it('finds nothing about one that neither failed nor was failing', () => {
    expect(changeOf(null, { hasSucceeded: true, failures: null }, ACTIVE, TIME)).toEqual(NOTHING);
  });
});
