import { hasGoneBack, type NetworkSigns, type Watch, watchAt } from './watch.js';

const START = Date.UTC(2026, 10, 3, 14);
const HOUR = 3600;
const QUIET: NetworkSigns = { answered: 0, unanswered: 0 };
const ANSWERED: NetworkSigns = { answered: 1, unanswered: 50 };
const UNANSWERED: NetworkSigns = { answered: 0, unanswered: 3 };

/** Advances a new watch step by step. @returns watched seconds after all steps */
function watched(steps: readonly (readonly [seconds: number, signs: NetworkSigns])[]): number {
  let watch: Watch = { seconds: 0, atMs: START, doubtSeconds: null };
  for (const [seconds, signs] of steps) watch = watchAt(watch, watch.atMs! + seconds * 1000, signs, HOUR);
  return watch.seconds;
}
const repeated = (count: number, signs: NetworkSigns): [number, NetworkSigns][] =>
  Array.from({ length: count }, () => [60, signs]);

describe('the watch', () => {
  it('begins with no time', () => {
    const first = watchAt({ seconds: 0, atMs: null, doubtSeconds: null }, START, QUIET, HOUR);
    expect(first).toEqual({ seconds: 0, atMs: START, doubtSeconds: null });
  });

  it('counts the time that passes, whether attempts are made or not', () => {
    expect(watched([...repeated(60, QUIET), ...repeated(60, ANSWERED)])).toBe(2 * HOUR);
  });

  it.each([
    ['a week in which the service was down', 7 * 24 * HOUR],
    ['a clock that jumps ahead by an hour', HOUR],
    ['a clock that goes back', -HOUR],
  ])('does not count %s', (_, seconds) => {
    expect(watched([[60, ANSWERED], [seconds, ANSWERED], ...repeated(2, ANSWERED)])).toBe(180);
  });

  it('counts an hour of an outage in which no receiver answers, and then stands still until one does', () => {
    const outage = repeated(5 * 24 * 60, UNANSWERED);
    expect(watched([[60, ANSWERED], ...outage])).toBe(60 + 60 + HOUR);
    expect(watched([[60, ANSWERED], ...outage, ...repeated(10, ANSWERED)])).toBe(60 + 60 + HOUR + 600);
  });

  it('does not take silence for an outage, but remembers one through silence', () => {
    expect(watched(repeated(600, QUIET))).toBe(10 * HOUR);
    expect(watched([[60, UNANSWERED], ...repeated(600, QUIET)])).toBe(60 + HOUR);
  });

  it('counts as long as any receiver answers, even if most do not', () => {
    const each = Array.from({ length: 120 }, () => [...repeated(50, UNANSWERED), ...repeated(1, ANSWERED)]).flat();
    expect(watched(each)).toBe(120 * 51 * 60);
  });

  it('tells whether the clock has gone back by more than five seconds', () => {
    const watch: Watch = { seconds: 9, atMs: START, doubtSeconds: null };
    expect([-5001, -5000, 0, 1].map((ms) => hasGoneBack(watch, START + ms))).toEqual([true, false, false, false]);
    expect(hasGoneBack({ ...watch, atMs: null }, START)).toBe(false);
  });
});
