import { MAX_MINUTES, nextTask, type Progress } from './next-task.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 0, 31, 12);
const KEPT = NOON - 30 * DAY_MS;

/** Everything is done at 12:00:10. */
const done = (given: Partial<Progress> = {}): Progress => ({
  nowMs: NOON + 10_000,
  startedMs: NOON - DAY_MS,
  closedMs: NOON,
  fenceMs: NOON + 6000,
  fenceXid: '42',
  summedFromHour: 0,
  sampledMs: NOON,
  foldedMs: null,
  keptMs: KEPT,
  ...given,
});
const next = (given: Partial<Progress> = {}, isOpen = false) => nextTask(done(given), isOpen, KEPT);

describe('summing up', () => {
  it('starts at the present minute', () => {
    const nothing = { startedMs: null, closedMs: null, fenceMs: null, fenceXid: null, sampledMs: null };
    expect(next(nothing)).toEqual({ task: 'start', atMs: NOON });
  });

  it('has nothing to do until a quarter of a minute is over', () => {
    expect(next()).toBeNull();
    expect(next({ nowMs: NOON + 19_999 })).toBeNull();
    expect(next({ nowMs: NOON + 20_000 })).toEqual({ task: 'fence' });
  });

  it('samples what waits once a minute, before anything else', () => {
    expect(next({ nowMs: NOON + MINUTE_MS, fenceMs: NOON - 1 })).toEqual({ task: 'sample', atMs: NOON + MINUTE_MS });
  });

  it('sets a fence when a part of a minute is over, and closes the part in a later transaction', () => {
    const over = { nowMs: NOON + MINUTE_MS + 6000, sampledMs: NOON + MINUTE_MS };
    expect(next(over)).toEqual({ task: 'fence' });
    expect(next({ ...over, fenceMs: NOON + MINUTE_MS + 6000, fenceXid: '43' })).toEqual({
      task: 'close',
      fromMs: NOON,
      toMs: NOON + MINUTE_MS,
      fenceXid: '43',
    });
  });

  it('leaves a minute open while a transaction could still add to it, and sets no other fence', () => {
    const later = {
      nowMs: NOON + 5 * MINUTE_MS,
      sampledMs: NOON + 5 * MINUTE_MS,
      fenceMs: NOON + 2 * MINUTE_MS + 6000,
    };
    expect(next(later, true)).toBeNull();
    expect(next(later)).toMatchObject({ task: 'close', toMs: NOON + 2 * MINUTE_MS });
  });

  it('sets another fence when the last one is not of this database', () => {
    const later = { nowMs: NOON + 5 * MINUTE_MS, sampledMs: NOON + 5 * MINUTE_MS, fenceMs: NOON + 2 * MINUTE_MS };
    expect(next({ ...later, fenceXid: null })).toEqual({ task: 'fence' });
  });

  it('catches up in parts', () => {
    const late = { nowMs: NOON + HOUR_MS, sampledMs: NOON + HOUR_MS, fenceMs: NOON + HOUR_MS };
    expect(next(late)).toMatchObject({ task: 'close', fromMs: NOON, toMs: NOON + MAX_MINUTES * MINUTE_MS });
  });

  it('adds earlier history once a minute after the start is closed', () => {
    expect(next({ startedMs: NOON, summedFromHour: null })).toBeNull();
    expect(next({ startedMs: NOON - MINUTE_MS, summedFromHour: null })).toEqual({
      task: 'add earlier',
      beforeMs: NOON - MINUTE_MS,
      belowHour: null,
    });
    expect(next({ summedFromHour: 500_000 })).toMatchObject({ task: 'add earlier', belowHour: 500_000 });
  });

  it('adds earlier history while a minute stays open', () => {
    const later = {
      nowMs: NOON + 2 * MINUTE_MS,
      sampledMs: NOON + 2 * MINUTE_MS,
      fenceMs: NOON + 2 * MINUTE_MS + 6000,
    };
    expect(next({ ...later, summedFromHour: 500_000 }, true)).toMatchObject({ task: 'add earlier' });
  });

  it('folds minutes into hours when no answer shows them any more', () => {
    const startedMs = NOON - 2 * DAY_MS - 2 * HOUR_MS;
    expect(next({ startedMs })).toEqual({ task: 'fold', fromMs: startedMs, toMs: startedMs + HOUR_MS });
    expect(next({ startedMs, foldedMs: startedMs + HOUR_MS })).toBeNull();
  });

  it('forgets what is older than the history', () => {
    expect(next({ keptMs: KEPT - DAY_MS })).toEqual({ task: 'forget', beforeMs: KEPT });
    expect(next({ keptMs: null })).toEqual({ task: 'forget', beforeMs: KEPT });
  });
});
