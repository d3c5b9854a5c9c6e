import { jest } from '@jest/globals';
import { SystemClock } from '../shared/time/clock.js';
import { MARK } from './domain/batch.js';
import { KEPT_SECONDS } from './live-log.js';
import { MemoryLog } from './memory-log.js';

/** A clock that the test moves. */
class MovedClock extends SystemClock {
  private movedMs = 0;

  move(seconds: number): void {
    this.movedMs += seconds * 1000;
  }

  override nowMs(): number {
    return super.nowMs() + this.movedMs;
  }

  override monotonicMs(): number {
    return super.monotonicMs() + this.movedMs;
  }
}

describe('the log of a process without Redis', () => {
  let clock: MovedClock;
  let log: MemoryLog;

  beforeEach(() => {
    clock = new MovedClock();
    log = new MemoryLog(clock);
  });

  afterEach(() => {
    jest.useRealTimers();
    log.close();
  });

  it('keeps the last entry of a tenant that is watched, however long nothing happens', async () => {
    await log.announce(['quiet']);
    const last = await log.append('quiet', MARK);

    for (let n = 0; n < 3; n += 1) {
      clock.move(KEPT_SECONDS - 1);
      await log.announce(['quiet']);
      await log.announce(['another']);
    }

    expect(await log.has('quiet', last)).toBe(true);
  });

  it('forgets entries that are old when newer ones come', async () => {
    await log.announce(['one']);
    const first = await log.append('one', MARK);
    clock.move(KEPT_SECONDS - 1);
    await log.announce(['one']);
    const second = await log.append('one', MARK);
    clock.move(2);

    await log.append('one', MARK);

    expect(await log.has('one', first)).toBe(false);
    expect(await log.has('one', second)).toBe(true);
  });

  it('keeps nothing of tenants that nobody watches any longer, although nobody watches others', async () => {
    jest.useFakeTimers({ doNotFake: ['Date', 'performance'] });
    const last = await log.append('one', MARK);

    clock.move(KEPT_SECONDS);
    jest.advanceTimersByTime(KEPT_SECONDS * 1000);

    expect(await log.has('one', last)).toBe(false);
  });
});
