import { handOut } from './hand-out.js';

describe('handing out what was claimed', () => {
  const of = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));

  it('keeps the order of those who asked', () => {
    expect(handOut(of('a', 'b', 'c'), of('c', 'a'))).toEqual([{ id: 'a' }, null, { id: 'c' }]);
  });

  it('gives a delivery to one only, however many asked for it', () => {
    expect(handOut(of('a', 'a', 'b', 'a'), of('b', 'a'))).toEqual([{ id: 'a' }, null, { id: 'b' }, null]);
  });
});
