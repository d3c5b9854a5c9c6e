import { replacementAfter } from './replacement.js';

describe('the replacement of a process that has ended', () => {
  const pausesOf = (lives: number[], isServed = false): (number | null)[] => {
    let shortLives = 0;
    return lives.map((livedMs) => {
      const replacement = replacementAfter(shortLives, livedMs, isServed);
      ({ shortLives } = replacement);
      return replacement.pauseMs;
    });
  };

  it('starts at once after a long life', () => {
    expect(pausesOf([60_000, 86_400_000])).toEqual([0, 0]);
  });

  it('waits longer after each short life, and is given up after the fifth if no process serves', () => {
    expect(pausesOf([100, 59_999, 0, 2000, 5])).toEqual([500, 1000, 2000, 4000, null]);
  });

  it('is never given up while another process serves, and waits half a minute at most', () => {
    const pauses = pausesOf(
      Array.from({ length: 100 }, () => 100),
      true,
    );

    expect(pauses.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(pauses.slice(8).filter((pauseMs) => pauseMs !== 30_000)).toEqual([]);
  });

  it('forgets short lives after a long one', () => {
    expect(pausesOf([100, 100, 60_000, 100])).toEqual([500, 1000, 0, 500]);
  });
});
