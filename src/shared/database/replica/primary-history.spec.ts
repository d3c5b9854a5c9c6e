import type { Place } from './place.js';
import { PrimaryHistory } from './primary-history.js';

const IDENTITY = { system: '7301', database: 'webhooks', schema: 'public' };
/** By the clock of the primary, which has nothing to do with the clock of this process. */
const NOON_MS = Date.parse('2026-11-03T12:00:00Z');

const primaryAt = (position: number, seconds: number, more: Partial<Place> = {}): Place => ({
  identity: IDENTITY,
  startedAt: 'Monday',
  isInRecovery: false,
  position: BigInt(position),
  atMs: NOON_MS + seconds * 1000,
  lastCommitAtMs: null,
  ...more,
});
const replicaAt = (position: number | null, more: Partial<Place> = {}): Place => ({
  ...primaryAt(position ?? 0, 0),
  startedAt: 'Tuesday',
  isInRecovery: true,
  ...(position === null && { position }),
  ...more,
});

describe('the age of what a replica has', () => {
  let history: PrimaryHistory;

  /** The primary was looked at after so many seconds, and had written so much. */
  const look = (seconds: number, position: number): void => {
    history.add(primaryAt(position, seconds), seconds * 1000);
  };

  beforeEach(() => {
    history = new PrimaryHistory();
  });

  it('is that of the last look whose position it has reached', () => {
    look(0, 100);
    look(1, 200);
    look(2, 300);

    expect(history.standingOf(replicaAt(299), 2500)).toEqual({ kind: 'replica', asOfMs: NOON_MS + 1000, lagMs: 1500 });
    expect(history.standingOf(replicaAt(300), 2500)).toEqual({ kind: 'replica', asOfMs: NOON_MS + 2000, lagMs: 500 });
  });

  it('is that of the last commit that it has replayed, if that is later', () => {
    look(0, 100);
    look(1, 200);

    const place = replicaAt(150, { lastCommitAtMs: NOON_MS + 700 });
    expect(history.standingOf(place, 1200)).toEqual({ kind: 'replica', asOfMs: NOON_MS + 700, lagMs: 500 });
  });

  it('does not grow while nobody writes', () => {
    for (const seconds of [0, 1, 60, 3600]) look(seconds, 100);

    const place = replicaAt(100, { lastCommitAtMs: NOON_MS - 86_400_000 });
    expect(history.standingOf(place, 3_600_400)).toMatchObject({ kind: 'replica', lagMs: 400 });
  });

  it('grows while replay stands still and the primary goes on', () => {
    for (let seconds = 0; seconds <= 7200; seconds += 1) look(seconds, 100 + seconds);

    expect(history.standingOf(replicaAt(7300), 7_200_000)).toMatchObject({ lagMs: 0 });
    const standing = history.standingOf(replicaAt(3700), 7_200_000);
    if (standing.kind !== 'replica') throw new Error(standing.kind);
    // Of long ago, fewer looks are remembered, and the lag is never told too small.
    expect(standing.lagMs).toBeGreaterThanOrEqual(3_600_000);
    expect(standing.lagMs).toBeLessThan(3_600_000 * 1.2);
  });

  it('is unknown before it has what the primary had at the first look', () => {
    expect(history.standingOf(replicaAt(100), 0)).toEqual({ kind: 'incomplete', lagMs: null });
    look(0, 100);
    look(1, 200);

    expect(history.standingOf(replicaAt(99), 1000)).toEqual({ kind: 'incomplete', lagMs: null });
    expect(history.standingOf(replicaAt(null), 1000)).toEqual({ kind: 'incomplete', lagMs: null });
    const place = replicaAt(99, { lastCommitAtMs: NOON_MS - 4000 });
    expect(history.standingOf(place, 1000)).toEqual({ kind: 'incomplete', lagMs: 5000 });
  });

  it('starts anew with a successor of the primary that has less than it had', () => {
    look(0, 100);
    look(1, 900);
    look(2, 400);

    expect(history.standingOf(replicaAt(399), 2000)).toMatchObject({ kind: 'incomplete' });
    expect(history.standingOf(replicaAt(400), 2000)).toMatchObject({ kind: 'replica', lagMs: 0 });
  });

  it('is unknown of a replica that still has what the successor of the primary has lost', () => {
    look(0, 100);
    look(1, 900);
    look(2, 400);

    expect(history.standingOf(replicaAt(900), 2000)).toMatchObject({ kind: 'incomplete' });
    look(3, 1000);
    expect(history.standingOf(replicaAt(900), 3000)).toMatchObject({ kind: 'incomplete' });
    // It was rebuilt from the successor.
    expect(history.standingOf(replicaAt(700), 3000)).toMatchObject({ kind: 'replica', lagMs: 1000 });
    expect(history.standingOf(replicaAt(1001), 3000)).toMatchObject({ kind: 'replica', lagMs: 0 });
  });

  it('is known again of a replica that goes on with the successor of the primary, however closely it follows', () => {
    look(0, 900);
    look(1, 400);
    expect(history.standingOf(replicaAt(410), 1000)).toMatchObject({ kind: 'incomplete' });
    expect(history.standingOf(replicaAt(430), 1500)).toMatchObject({ kind: 'incomplete' });
    look(2, 500);
    expect(history.standingOf(replicaAt(501), 2000)).toMatchObject({ kind: 'replica', lagMs: 0 });
  });

  it('goes on growing while the primary is demoted', () => {
    look(0, 100);
    history.add(primaryAt(100, 5, { isInRecovery: true }), 5000);

    expect(history.standingOf(replicaAt(100), 6000)).toMatchObject({ kind: 'replica', lagMs: 6000 });
  });
});

describe('a server that accepts writes', () => {
  const history = new PrimaryHistory();
  history.add(primaryAt(100, 0), 0);

  it('is the primary if it started at the same moment', () => {
    expect(history.standingOf(primaryAt(200, 1), 1000)).toEqual({ kind: 'primary' });
  });

  it('is a promoted replica otherwise', () => {
    expect(history.standingOf(primaryAt(200, 1, { startedAt: 'Tuesday' }), 1000)).toEqual({ kind: 'promoted' });
  });
});

describe('a server with other data', () => {
  const history = new PrimaryHistory();
  history.add(primaryAt(100, 0), 0);

  it.each([
    [{ ...IDENTITY, system: '42' }, 'its system identifier is 42, not 7301'],
    [{ ...IDENTITY, database: 'postgres' }, 'its database is postgres, not webhooks'],
    [{ ...IDENTITY, schema: null }, 'its schema is null, not public'],
  ])('is told from a replica, by what differs: %j', (identity, difference) => {
    const standing = history.standingOf(replicaAt(100, { identity }), 0);
    expect(standing).toEqual({ kind: 'other database', difference });
  });
});
