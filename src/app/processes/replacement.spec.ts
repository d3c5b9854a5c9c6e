import { replacementAfter } from './replacement.js';

describe('the replacement of a process that has ended', () => {
  const pausesOf = (lives: number[]): (number | null)[] => {
    let shortLives = 0;
    return lives.map((livedMs) => {
      const replacement = replacementAfter(shortLives, livedMs);
      ({ shortLives } = replacement);
      return replacement.pauseMs;
    });
  };

  it('starts at once after a long life', () => {
    expect(pausesOf([60_000, 86_400_000])).toEqual([0, 0]);
  });

  it('waits longer after each short life, and is given up after the fifth', () => {
    expect(pausesOf([100, 59_999, 0, 2000, 5])).toEqual([500, 1000, 2000, 4000, null]);
  });

  it('forgets short lives after a long one', () => {
    expect(pausesOf([100, 100, 60_000, 100])).toEqual([500, 1000, 0, 500]);
  });
});
