import { type Finding, messageOf, type ReplicaState, stateAfter } from './replica-state.js';

const LIMIT_MS = 30_000;
const IN_USE: ReplicaState = { absence: null, lagMs: 0, isPrimary: false };
const BEHIND: ReplicaState = { ...IN_USE, absence: 'behind' };
const AWAY: ReplicaState = { absence: 'away', lagMs: null, isPrimary: false };

const lagging = (seconds: number): Finding => ({ kind: 'replica', asOfMs: 0, lagMs: seconds * 1000 });
const after = (before: ReplicaState, finding: Finding): ReplicaState => stateAfter(before, finding, LIMIT_MS);

describe('reading from a replica', () => {
  it.each([
    ['goes on up to the limit', IN_USE, 30, null],
    ['ends beyond the limit', IN_USE, 30.1, 'behind'],
    ['does not begin again just below the limit', BEHIND, 29, 'behind'],
    ['begins again at half of the limit', BEHIND, 15, null],
    ['begins when the replica is back, up to the limit', AWAY, 29, null],
  ])('%s', (_, before, seconds, absence) => {
    expect(after(before, lagging(seconds))).toEqual({ absence, lagMs: seconds * 1000, isPrimary: false });
  });

  it.each<[Finding, ReplicaState['absence']]>([
    [{ kind: 'away', error: new Error('refused') }, 'away'],
    [{ kind: 'promoted' }, 'promoted'],
    [{ kind: 'other database', difference: 'its schema is a, not b' }, 'other database'],
    [{ kind: 'incomplete', lagMs: null }, 'behind'],
  ])('ends with what cannot be read: %j', (finding, absence) => {
    expect(after(IN_USE, finding)).toEqual({ absence, lagMs: null, isPrimary: false });
  });

  it('goes on when the address leads to the primary', () => {
    expect(after(AWAY, { kind: 'primary' })).toEqual({ absence: null, lagMs: 0, isPrimary: true });
  });
});

describe('the message about a replica', () => {
  it.each<[Partial<ReplicaState>, string | null]>([
    [{}, null],
    [{ isPrimary: true }, 'DATABASE_READ_URL leads to the primary itself, so nothing is read apart'],
    [{ absence: 'away', lagMs: null }, 'The read replica does not answer; reads go to the primary'],
    [{ absence: 'behind', lagMs: 41_200 }, 'The read replica is 41 s behind; reads go to the primary'],
    [{ absence: 'behind', lagMs: null }, 'The read replica is too far behind; reads go to the primary'],
  ])('says what is wrong: %j', (state, message) => {
    expect(messageOf({ ...IN_USE, ...state })).toBe(message);
  });
});
