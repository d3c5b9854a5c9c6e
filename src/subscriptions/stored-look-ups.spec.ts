import fc from 'fast-check';
import { newUuid } from '../shared/ids/uuid.js';
import type { PublishTarget } from './publish-target.js';
import { readAudience, readSubscribedTypes, readTarget } from './stored-look-ups.js';

const ID = newUuid(Date.now());
const TARGET: PublishTarget = {
  id: ID,
  isDisabled: false,
  targetUrl: 'https://1.1.1.1/',
  eventTypes: ['a', 'b.*'],
  verifyIngest: true,
  secrets: [{ box: 'x' }, { box: 'y', scheme: 'v1a', publicKey: 'k', untilMs: 17 }],
};
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a target read from Redis', () => {
  it('equals the stored target, or is null if none exists', () => {
    expect(readTarget(stored(TARGET), ID)).toEqual(TARGET);
    expect(readTarget(null, ID)).toBeNull();
  });

  it('may have fields that this version does not know', () => {
    expect(readTarget(stored({ ...TARGET, priority: 1 }), ID)).toEqual(TARGET);
  });

  it.each<[what: string, value: unknown]>([
    ['is not an object', [TARGET]],
    ['belongs to another subscription', { ...TARGET, id: newUuid(0) }],
    ['has no types', { ...TARGET, eventTypes: undefined }],
    ['has types that are not strings', { ...TARGET, eventTypes: [1] }],
    ['has a state of the wrong type', { ...TARGET, isDisabled: 'false' }],
    ['has no target URL', { ...TARGET, targetUrl: null }],
    ['has malformed secrets', { ...TARGET, secrets: ['x'] }],
    ['has a secret of an unknown scheme', { ...TARGET, secrets: [{ box: 'x', scheme: 'v9' }] }],
    ['has a secret with an invalid end time', { ...TARGET, secrets: [{ box: 'x', untilMs: 'soon' }] }],
  ])('is rejected if it %s', (_, value) => {
    expect(readTarget(stored(value), ID)).toBeUndefined();
  });
});

describe('an audience read from Redis', () => {
  const ids = [newUuid(1), newUuid(2)];

  it('equals the stored audience', () => {
    for (const audience of [
      { count: 2, ids },
      { count: 0, ids: [] },
      { count: 100_001, ids: null },
    ]) {
      expect(readAudience(stored(audience))).toEqual(audience);
    }
  });

  it.each<[what: string, value: unknown]>([
    ['is a list, as in earlier versions', ids],
    ['is null', null],
    ['has a count other than the number of ids', { count: 3, ids }],
    ['has no count', { ids }],
    ['has a negative count', { count: -1, ids: null }],
    ['has a fractional count', { count: 1000.5, ids: null }],
    ['lacks the ids of a small audience', { count: 2, ids: null }],
    ['has invalid ids', { count: 2, ids: ['a', 'b'] }],
    ['has more ids than a look-up reads', { count: 1001, ids: new Array(1001).fill(ids[0]) }],
  ])('is rejected if it %s', (_, value) => {
    expect(readAudience(stored(value))).toBeUndefined();
  });
});

describe('the stored types of a tenant', () => {
  it('are read as they were written', () => {
    for (const types of [
      { wanted: [], disabled: [], isCut: false },
      { wanted: ['order.*'], disabled: ['*'], isCut: true },
    ]) {
      expect(readSubscribedTypes(stored(types))).toEqual(types);
    }
  });

  it.each([
    null,
    {},
    { wanted: ['a'], isCut: false },
    { wanted: 'a', disabled: [], isCut: false },
    { wanted: [1], disabled: [], isCut: false },
    // Of an earlier version.
    { wanted: [], disabled: [] },
  ])('are rejected as %j', (value) => {
    expect(readSubscribedTypes(stored(value))).toBeUndefined();
  });
});

it('returns only well-formed look-ups, whatever JSON is stored', () => {
  const keys = fc.constantFrom(
    'id',
    'isDisabled',
    'targetUrl',
    'eventTypes',
    'verifyIngest',
    'secrets',
    'count',
    'ids',
  );
  const value = fc.oneof(fc.jsonValue(), fc.constant(ID), fc.nat(), fc.boolean(), fc.array(fc.uuid()));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(keys, value)), (json) => {
      const target = readTarget(stored(json), ID);
      if (target) expect(target).toEqual({ ...target, id: ID, targetUrl: expect.any(String) as string });
      const audience = readAudience(stored(json));
      if (audience) expect(audience.ids?.length ?? audience.count).toBe(audience.count);
    }),
    { numRuns: 2000 },
  );
});
