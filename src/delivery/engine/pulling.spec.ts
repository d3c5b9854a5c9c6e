import { jest } from '@jest/globals';
import { silentLogger } from '../../../test/support/silent-logger.js';
import type { Clock } from '../../shared/time/clock.js';
import type { ClaimRepository } from '../storage/claim.repository.js';
import { Lanes } from './lanes/lanes.js';
import { Pulling } from './pulling.js';

const SLOTS = 64;
/** Time between answers at 2,000 a second. */
const FAST_MS = 0.5;

describe('a pull for parked deliveries', () => {
  let pulling: Pulling;
  let started: number;
  const start = (): void => {
    started += 1;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    started = 0;
    const repository: Pick<ClaimRepository, 'pull'> = { pull: () => Promise.resolve([]) };
    const clock = { monotonicMs: () => 0 } as Clock;
    pulling = new Pulling(repository as ClaimRepository, new Lanes(SLOTS), clock, silentLogger, {
      workerConcurrency: SLOTS,
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** One slot after another becomes free, each `everyMs`. */
  const free = async (slots: number, everyMs: number): Promise<void> => {
    for (let n = 0; n < slots; n += 1) {
      await jest.advanceTimersByTimeAsync(everyMs);
      pulling.noteFreeSlot();
    }
  };

  it('starts at once while few slots become free', async () => {
    await free(60, 10);
    pulling.whenDue(start);

    expect(started).toBe(1);
  });

  it('waits for more slots while many become free, for 5 ms at most', async () => {
    await free(200, FAST_MS);
    await pulling.pull([]);
    pulling.whenDue(start);
    await jest.advanceTimersByTimeAsync(4.9);
    pulling.whenDue(start);
    expect(started).toBe(0);

    await jest.advanceTimersByTimeAsync(0.1);
    expect(started).toBe(1);
  });

  it('starts when an eighth of the slots is free', async () => {
    await free(200, FAST_MS);
    await pulling.pull([]);
    pulling.whenDue(start);
    await free(SLOTS / 8, 0.1);
    pulling.whenDue(start);

    expect(started).toBe(1);
  });

  it('waits again if the slots that were free have been taken by others', async () => {
    await free(200, FAST_MS);
    await pulling.pull([]);
    for (let n = 1; n <= 2; n += 1) {
      pulling.whenDue(start);
      await jest.advanceTimersByTimeAsync(5);
      expect(started).toBe(n);
    }
  });

  it('is one at a time', async () => {
    const pulled = pulling.pull([]);
    pulling.whenDue(start);
    expect(started).toBe(0);

    await pulled;
    pulling.whenDue(start);
    expect(started).toBe(1);
  });
});
