import fc from 'fast-check';
import { newUuid } from '../shared/ids/uuid.js';
import type { PublishTarget } from './publish-target.js';
import { readAudience, readTarget } from './stored-look-ups.js';

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

describe('what Redis holds of a subscription', () => {
  it('is what was stored, or that there is none', () => {
    expect(readTarget(stored(TARGET), ID)).toEqual(TARGET);
    expect(readTarget(null, ID)).toBeNull();
  });

  it('may say more than this version knows', () => {
    expect(readTarget(stored({ ...TARGET, priority: 1 }), ID)).toEqual(TARGET);
  });

  it.each<[what: string, value: unknown]>([
    ['is no object', [TARGET]],
    ['is of another subscription', { ...TARGET, id: newUuid(0) }],
    ['has no types', { ...TARGET, eventTypes: undefined }],
    ['has types that are no texts', { ...TARGET, eventTypes: [1] }],
    ['has a state of another kind', { ...TARGET, isDisabled: 'false' }],
    ['has no target', { ...TARGET, targetUrl: null }],
    ['has secrets that are none', { ...TARGET, secrets: ['x'] }],
    ['has a secret of a kind that is not known', { ...TARGET, secrets: [{ box: 'x', scheme: 'v9' }] }],
    ['has a secret that ends at no time', { ...TARGET, secrets: [{ box: 'x', untilMs: 'soon' }] }],
  ])('is of no use when it %s', (_, value) => {
    expect(readTarget(stored(value), ID)).toBeUndefined();
  });
});

describe('what Redis holds of who wants an event', () => {
  const ids = [newUuid(1), newUuid(2)];

  it('is what was stored', () => {
    for (const audience of [
      { count: 2, ids },
      { count: 0, ids: [] },
      { count: 100_001, ids: null },
    ]) {
      expect(readAudience(stored(audience))).toEqual(audience);
    }
  });

  it.each<[what: string, value: unknown]>([
    ['is the list of an earlier version', ids],
    ['is nothing', null],
    ['counts otherwise', { count: 3, ids }],
    ['counts nothing', { ids }],
    ['counts fewer than none', { count: -1, ids: null }],
    ['counts in parts', { count: 1000.5, ids: null }],
    ['keeps back the ids of few', { count: 2, ids: null }],
    ['has ids that are none', { count: 2, ids: ['a', 'b'] }],
    ['has more ids than a look-up reads', { count: 1001, ids: new Array(1001).fill(ids[0]) }],
  ])('is of no use when it %s', (_, value) => {
    expect(readAudience(stored(value))).toBeUndefined();
  });
});

it('never gives anything of another form, whatever JSON there is', () => {
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
