import { givenEventTypes } from './given-event-types.js';

describe('the event types that a request sets', () => {
  it.each([
    [{}, ['a'], undefined],
    [{ event_type: 'a' }, null, ['a']],
    [{ event_types: ['a', 'b', 'a'] }, null, ['a', 'b']],
    [{ event_type: 'a', event_types: ['a'] }, null, ['a']],
    // A whole answer that is sent back unchanged, or with one of the two changed.
    [{ event_type: 'a', event_types: ['a'] }, ['a'], ['a']],
    [{ event_type: 'a', event_types: ['b', 'c'] }, ['a'], ['b', 'c']],
    [{ event_type: 'b', event_types: ['a'] }, ['a'], ['b']],
  ])('are, in %j after %j, %j', (given, stored, types) => {
    expect(givenEventTypes(given, stored)).toEqual({ types, faults: [] });
  });

  it.each([[null], [['c']]])('are refused when both are given, both are new and they differ: after %j', (stored) => {
    expect(givenEventTypes({ event_type: 'a', event_types: ['b'] }, stored)).toMatchObject({
      types: undefined,
      faults: [{ pointer: '/event_types' }],
    });
  });
});
