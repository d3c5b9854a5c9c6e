import { graceSeconds, progressOf, verdictOn } from './disabling-rule.js';
import type { FailureCount } from './failing.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Failures that have gone on for five days, in every hour of them. */
const LONG: FailureCount = { fromSeconds: 1000, toSeconds: 1000 + 5 * DAY, failures: 500, hours: 120, stage: 3 };
const lasting = (seconds: number, given: Partial<FailureCount> = {}): FailureCount => ({
  ...LONG,
  toSeconds: LONG.fromSeconds + seconds,
  ...given,
});
const said = (count: FailureCount | null, days = 5): string => {
  const verdict = verdictOn(count, days);
  return verdict.verdict === 'warn' ? verdict.warning.name : verdict.verdict;
};

describe('the rule that disables a subscription', () => {
  it.each<[string, FailureCount | null, string]>([
    ['five days of failures', LONG, 'disable'],
    ['just enough of them', { ...LONG, failures: 20, hours: 12 }, 'disable'],
    ['a second less than five days', lasting(5 * DAY - 1), 'wait'],
    ['19 failures', { ...LONG, failures: 19 }, 'wait'],
    ['failures in 11 hours only', { ...LONG, hours: 11 }, 'wait'],
    ['nothing that counts', null, 'wait'],
  ])('given %s', (_, count, expected) => {
    expect(said(count)).toBe(expected);
  });

  it('waits for a failure after the time, because without traffic nobody knows', () => {
    const old = lasting(4 * DAY);
    expect(said(old)).toBe('wait');
    expect(said({ ...old, toSeconds: 1000 + 9 * DAY })).toBe('disable');
  });

  it.each<[string, number, Partial<FailureCount>, string]>([
    ['not in the first hour', HOUR - 1, { stage: 0 }, 'wait'],
    ['after an hour', HOUR, { stage: 0 }, 'started'],
    ['not before the fifth failure', HOUR, { stage: 0, failures: 4 }, 'wait'],
    ['not twice', 2 * DAY, { stage: 1 }, 'wait'],
    ['half way', 2.5 * DAY, { stage: 1 }, 'half_way'],
    ['not twice half way', 3 * DAY, { stage: 2 }, 'wait'],
    ['shortly before the end', 4.5 * DAY, { stage: 2 }, 'last_warning'],
    ['only of the last stage that was reached', 4.6 * DAY, { stage: 0 }, 'last_warning'],
    ['not at the end without enough failures', 6 * DAY, { failures: 10 }, 'wait'],
    ['not for the last time while failures lack more than a tenth', 6 * DAY, { stage: 2, failures: 17 }, 'wait'],
    ['not for the last time while hours lack more than a tenth', 6 * DAY, { stage: 2, hours: 10 }, 'wait'],
    ['for the last time when only a tenth is lacking', 6 * DAY, { stage: 2, failures: 18, hours: 11 }, 'last_warning'],
    ['half way however few the failures are', 6 * DAY, { stage: 1, failures: 5, hours: 1 }, 'half_way'],
  ])('warns %s', (_, seconds, given, expected) => {
    expect(said(lasting(seconds, given))).toBe(expected);
  });

  it('says with a warning how much time is left', () => {
    expect(verdictOn(lasting(2.5 * DAY, { stage: 1 }), 5)).toMatchObject({ secondsLeft: 2.5 * DAY });
    expect(verdictOn(lasting(7 * DAY, { stage: 1, failures: 6 }), 5)).toMatchObject({ secondsLeft: 0 });
  });

  it('neither disables nor warns if it is turned off', () => {
    expect(said(LONG, 0)).toBe('wait');
    expect(said(lasting(3 * DAY, { stage: 0 }), 0)).toBe('wait');
    expect(progressOf(LONG, 0)).toBeNull();
  });

  it('asks for fewer hours if the time is shorter', () => {
    expect(said({ ...LONG, hours: 3 }, 1)).toBe('disable');
    expect(said({ ...LONG, hours: 2 }, 1)).toBe('wait');
    expect(said({ ...LONG, hours: 1 }, 0.0001)).toBe('disable');
  });

  it('tells how far the failures are by what they lack most', () => {
    expect(progressOf(null, 5)).toBeNull();
    expect(progressOf(lasting(DAY), 5)).toBe(0.2);
    expect(progressOf({ ...LONG, failures: 5 }, 5)).toBe(0.25);
    expect(progressOf({ ...LONG, hours: 3 }, 5)).toBe(0.25);
    expect(progressOf({ ...LONG, failures: 9999 }, 5)).toBe(1);
  });

  it('doubts the network of the service as soon as it would warn', () => {
    expect(graceSeconds(5)).toBe(HOUR);
  });
});
