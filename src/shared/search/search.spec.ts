import { StoppableClock } from '../../../test/support/stoppable-clock.js';
import { deliveryUuid, firstUuidAt, lastUuidOf, newEventUuid, type Uuid } from '../ids/uuid.js';
import { boundedSearch, type SearchStep, type StepResult } from './bounded-search.js';
import { ALL_IDS, type IdRange, intersection, isEmpty, partsOf, successorOf } from './id-range.js';
import { DELIVERIES, EVENTS } from './listed.js';
import { mergeStreams } from './stream.js';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 0, 31, 12);
const TODAY = Date.UTC(2026, 0, 31);
const day = (n: number): Uuid => firstUuidAt(TODAY + n * DAY_MS);

/** Ids from the oldest to the newest. */
const idsOf = (count: number): Uuid[] =>
  Array.from({ length: count }, (_, n) => newEventUuid(NOON - (count - n) * 1000));

describe('the parts of a range', () => {
  const partsFrom = (range: IdRange, direction: 'older' | 'newer') => [...partsOf(range, direction, NOON)];

  it('begin with today, and grow the further back they lie', () => {
    expect(partsFrom({ from: day(-30), to: ALL_IDS.to }, 'older')).toEqual([
      { from: day(0), to: ALL_IDS.to },
      { from: day(-1), to: day(0) },
      { from: day(-5), to: day(-1) },
      { from: day(-21), to: day(-5) },
      { from: day(-30), to: day(-21) },
    ]);
  });

  it('end with today and all that comes later when they are read upwards', () => {
    expect(partsFrom({ from: day(-3), to: ALL_IDS.to }, 'newer')).toEqual([
      { from: day(-3), to: day(-2) },
      { from: day(-2), to: day(-1) },
      { from: day(-1), to: ALL_IDS.to },
    ]);
  });

  it.each(['older', 'newer'] as const)('cover the range without gaps, read %s', (direction) => {
    const range = { from: newEventUuid(NOON - 90 * DAY_MS), to: newEventUuid(NOON + DAY_MS) };
    const parts = partsFrom(range, direction);
    const upwards = direction === 'older' ? parts.toReversed() : parts;

    expect(upwards[0]!.from).toBe(range.from);
    expect(upwards.at(-1)!.to).toBe(range.to);
    upwards.slice(1).forEach(({ from }, n) => {
      expect(from).toBe(upwards[n]!.to);
    });
  });

  it('are none if the range is empty', () => {
    const empty = intersection({ from: day(0), to: day(1) }, { from: day(1), to: day(2) });
    expect(isEmpty(empty)).toBe(true);
    expect(partsFrom(empty, 'older')).toEqual([]);
  });

  it('meet at the next id', () => {
    expect(successorOf('01000000-0000-7000-8000-0000000fffff')).toBe('01000000-0000-7000-8000-000000100000');
    expect(successorOf('01000000-0000-7000-8fff-ffffffffffff')).toBe('01000000-0000-7000-9000-000000000000');
  });
});

describe('a bounded search', () => {
  const WHOLE = { from: day(-2), to: ALL_IDS.to };

  /** Looks at rows of which some match. Each step takes `stepMs`. */
  const lookAt =
    (
      rows: readonly Uuid[],
      matches: (id: Uuid) => boolean,
      clock: StoppableClock,
      stepMs: number,
      steps: SearchStep[],
    ) =>
    (step: SearchStep): Promise<StepResult> => {
      steps.push(step);
      clock.advance(stepMs);
      const inRange = rows.filter((id) => id >= step.range.from && id < step.range.to).sort();
      const seen = (step.direction === 'older' ? inRange.reverse() : inRange).slice(0, step.candidates);
      const row = { seen: seen.length, last: seen.at(-1) ?? null, ids: seen.filter(matches).slice(0, step.wanted) };
      return Promise.resolve(mergeStreams(step, [row]));
    };

  interface Given {
    readonly matches?: (id: Uuid) => boolean;
    readonly stepMs?: number;
    readonly range?: IdRange;
  }

  /** A clock that stands still at noon. */
  const aClock = (): StoppableClock => {
    const clock = new StoppableClock();
    clock.stop();
    clock.nowMs = () => NOON;
    return clock;
  };

  const searchIn = async (rows: readonly Uuid[], { matches = () => true, stepMs = 0, range = WHOLE }: Given = {}) => {
    const steps: SearchStep[] = [];
    const clock = aClock();
    const order = { range, direction: 'older', listed: DELIVERIES, limit: 10 } as const;
    return { ...(await boundedSearch(order, lookAt(rows, matches, clock, stepMs, steps), clock)), steps };
  };

  it('ends when the page is full, with the boundary of its last item', async () => {
    const rows = idsOf(30);
    const { ids, next, steps } = await searchIn(rows);

    expect(ids).toEqual(rows.toReversed().slice(0, 10));
    expect(next).toBe(ids.at(-1));
    expect(steps).toHaveLength(1);
  });

  it('looks at more rows in each step while few match, and says so when nothing is left', async () => {
    const rows = idsOf(3000);
    const wanted = new Set([rows[5]!, rows[2500]!]);
    const { ids, next, steps } = await searchIn(rows, { matches: (id: Uuid) => wanted.has(id) });

    expect(ids).toEqual([rows[2500], rows[5]]);
    expect(next).toBeNull();
    const candidates = steps.filter(({ range }) => range.to > day(0)).map((step) => step.candidates);
    expect(candidates).toEqual([64, 256, 1024, 4096]);
  });

  it('answers what it has when its time is up, and goes on from there', async () => {
    const rows = idsOf(3000);
    const first = await searchIn(rows, { matches: (id: Uuid) => id === rows[10], stepMs: 20 });

    expect(first.ids).toEqual([]);
    expect(first.next).not.toBeNull();
    expect(first.steps).toHaveLength(2);
    let { next } = first;
    const found: Uuid[] = [];
    for (let pages = 0; next !== null && pages < 100; pages += 1) {
      const page = await searchIn(rows, {
        matches: (id: Uuid) => id === rows[10],
        stepMs: 20,
        range: { ...WHOLE, to: next },
      });
      found.push(...page.ids);
      ({ next } = page);
    }
    expect(found).toEqual([rows[10]]);
    expect(next).toBeNull();
  });

  it('does not begin a page in the midst of an event that it has listed', async () => {
    const event = newEventUuid(NOON);
    const clock = aClock();
    const order = { range: WHOLE, direction: 'older' as const, listed: EVENTS, limit: 5 };

    const { ids, next } = await boundedSearch(
      order,
      () => {
        clock.advance(100);
        return Promise.resolve({ ids: [deliveryUuid(event, 9)], reached: deliveryUuid(event, 4) });
      },
      clock,
    );

    expect(ids).toEqual([event]);
    expect(next).toBe(event);
  });
});

describe('merged streams', () => {
  const [a, b, c, d] = idsOf(4) as [Uuid, Uuid, Uuid, Uuid];

  it('count only what every stream has looked at', () => {
    const full = { seen: 2, last: b, ids: [d, b] };
    const slow = { seen: 2, last: c, ids: [c] };
    const step = { direction: 'older', candidates: 2 } as const;

    expect(mergeStreams(step, [full, slow])).toEqual({ ids: [d, c], reached: c });
    expect(
      mergeStreams(step, [
        { ...full, seen: 1 },
        { ...slow, seen: 1 },
      ]),
    ).toEqual({ ids: [d, c, b], reached: null });
  });

  it('are bounded from above when they are read upwards', () => {
    const step = { direction: 'newer', candidates: 2 } as const;
    const rows = [
      { seen: 2, last: b, ids: [a, b] },
      { seen: 1, last: d, ids: [d] },
    ];

    expect(mergeStreams(step, rows)).toEqual({ ids: [a, b], reached: successorOf(b) });
    expect(EVENTS.endOf(a)).toBe(lastUuidOf(a));
  });
});
