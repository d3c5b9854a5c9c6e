import { inTurns } from './in-turns.js';

describe('groups that take turns', () => {
  it('come one after the other, each in its own order, however many items one of them has', () => {
    const given = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'];
    expect(inTurns(given, (item) => item.charAt(0))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });
});
