import { jest } from '@jest/globals';
import { LineRation } from './line-ration.js';

describe('the ration of log lines', () => {
  const reported: number[] = [];
  let ration: LineRation;
  const takenBy = (owner: string, tries: number): number =>
    Array.from({ length: tries }, () => ration.take(owner)).filter(Boolean).length;

  beforeEach(() => {
    jest.useFakeTimers();
    reported.length = 0;
    ration = new LineRation(100, (leftOut) => reported.push(leftOut));
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('leaves lines for others, however many one owner causes', () => {
    expect(takenBy('flooder', 10_000)).toBe(50);
    expect(takenBy('other', 10)).toBe(10);
  });

  it('is full again after a second, and then says how many lines were left out', () => {
    takenBy('flooder', 1000);
    jest.advanceTimersByTime(1000);

    expect(reported).toEqual([950]);
    expect(takenBy('flooder', 60)).toBe(50);
    jest.advanceTimersByTime(1000);
    expect(reported).toEqual([950, 10]);
  });

  it('says nothing and runs no timer when no line is left out', () => {
    takenBy('client', 3);
    jest.advanceTimersByTime(5000);

    expect(reported).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
