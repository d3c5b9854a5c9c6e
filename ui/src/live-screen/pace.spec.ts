import { describe, expect, it } from 'vitest';
import { anAccepted, anAttempted, aChanged } from '../testing/live-samples';
import { Pace } from './pace';

const START = Date.parse('2026-01-31T12:00:00.000Z');
const at = (second: number): { occurred_at: string } => ({
  occurred_at: new Date(START + second * 1000).toISOString(),
});
const LATE_MS = 200;

/** One event, one good attempt and one failure in each second, as a browser gets them whose clock is off. */
function fed(pace: Pace, seconds: number, clockMs = 0): number {
  for (let second = 0; second < seconds; second += 1) {
    const nowMs = START + second * 1000 + LATE_MS + clockMs;
    pace.count(anAccepted(at(second)), nowMs);
    pace.count(anAttempted({ ...at(second), error: null }), nowMs);
    pace.count(anAttempted(at(second)), nowMs);
    pace.count(aChanged(at(second)), nowMs);
  }
  return START + seconds * 1000 + LATE_MS + clockMs;
}

describe('the pace of the live view', () => {
  it.each([
    ['as that of the service', 0],
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('is the mean of ten seconds, by a clock %s', (_, clockMs) => {
    const pace = new Pace();
    const nowMs = fed(pace, 40, clockMs);

    expect(pace.rates(nowMs)).toEqual({ events: 1, attempts: 2, failedShare: 0.5, isAtLeast: false });
  });

  it('is that of the seconds that were followed, if they are fewer', () => {
    const pace = new Pace();

    expect(pace.rates(fed(pace, 3))).toMatchObject({ events: 1, attempts: 2 });
  });

  it('falls to nothing when nothing happens', () => {
    const pace = new Pace();
    const nowMs = fed(pace, 40);

    expect(pace.rates(nowMs + 5000)).toMatchObject({ events: 0.5, failedShare: 0.5 });
    expect(pace.rates(nowMs + 20_000)).toEqual({ events: 0, attempts: 0, failedShare: null, isAtLeast: false });
  });

  it('does not jump when what was missed comes all at once', () => {
    const pace = new Pace();
    fed(pace, 20);
    const backMs = START + 60_000 + LATE_MS;
    for (let second = 20; second < 60; second += 1) pace.count(anAttempted(at(second)), backMs);

    expect(pace.rates(backMs).attempts).toBe(1);
  });

  it('says that there was more when messages were left out', () => {
    const pace = new Pace();
    const nowMs = fed(pace, 20);

    pace.skip(at(19).occurred_at, nowMs);

    expect(pace.rates(nowMs).isAtLeast).toBe(true);
    expect(pace.rates(nowMs + 15_000).isAtLeast).toBe(false);
  });

  it('has the last minute by the second, oldest first', () => {
    const pace = new Pace();
    const minute = pace.lastMinute(fed(pace, 5));

    expect(minute).toHaveLength(60);
    expect(minute.slice(-6)).toEqual([
      { events: 0, attempts: 0, failures: 0 },
      ...Array.from({ length: 5 }, () => ({ events: 1, attempts: 2, failures: 1 })),
    ]);
  });
});
