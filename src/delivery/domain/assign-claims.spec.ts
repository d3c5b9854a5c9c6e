import { assignClaims } from './assign-claims.js';

describe('claimed deliveries', () => {
  const of = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));

  it('are assigned in the order of the requests', () => {
    expect(assignClaims(of('a', 'b', 'c'), of('c', 'a'))).toEqual([{ id: 'a' }, null, { id: 'c' }]);
  });

  it('are assigned to one request only, however many ask for the same one', () => {
    expect(assignClaims(of('a', 'a', 'b', 'a'), of('b', 'a'))).toEqual([{ id: 'a' }, null, { id: 'b' }, null]);
  });
});
