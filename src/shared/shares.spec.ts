import { Shares } from './shares.js';

function takeAll(shares: Shares, owner: string): number {
  let taken = 0;
  while (shares.take(owner)) taken += 1;
  return taken;
}

describe('shares', () => {
  it('give an owner no more than half of what the others leave', () => {
    const shares = new Shares(256);
    expect(takeAll(shares, 'first')).toBe(128);
    expect(takeAll(shares, 'second')).toBe(64);
    expect(takeAll(shares, 'third')).toBe(32);
  });

  it('let an owner that holds nothing take anything that fits', () => {
    const shares = new Shares(100);
    expect(shares.take('first', 80)).toBe(true);
    expect(shares.take('first', 1)).toBe(false);
    expect(shares.take('second', 21)).toBe(false);
    expect(shares.take('second', 20)).toBe(true);
  });

  it('leave something for every owner, even if each takes all it can', () => {
    const shares = new Shares(256);
    const owners = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const owner of owners) takeAll(shares, owner);
    expect(owners.map((owner) => shares.heldBy(owner))).toEqual([128, 64, 32, 16, 8, 4, 2, 1]);
  });

  it('can be taken again once they are given back', () => {
    const shares = new Shares(2);
    expect(shares.take('first')).toBe(true);
    expect(shares.take('second')).toBe(true);
    expect(shares.take('third')).toBe(false);
    shares.giveBack('first');
    expect(shares.heldBy('first')).toBe(0);
    expect(shares.take('third')).toBe(true);
  });
});
