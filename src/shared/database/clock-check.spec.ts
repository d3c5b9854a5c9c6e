import type { Logger } from '../logging/logger.js';
import { Clock } from '../time/clock.js';
import { ClockCheck } from './clock-check.js';

const DATABASE_MS = 1_800_000_000_000;

class SetClock extends Clock {
  constructor(private readonly times: number[]) {
    super();
  }

  nowMs(): number {
    return this.times.shift()!;
  }

  monotonicMs(): number {
    return 0;
  }
}

/** Returns the warnings if this clock shows these times before and after the query. */
async function warningsAt(before: number, after: number, answer: () => Promise<{ ms: number }[]>): Promise<object[]> {
  const warnings: object[] = [];
  const ignore = (): void => undefined;
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (fields, message) => warnings.push({ ...fields, message }),
  };
  const dataSource = { query: answer } as unknown as ConstructorParameters<typeof ClockCheck>[0];
  await new ClockCheck(dataSource, new SetClock([before, after]), logger).run();
  return warnings;
}

const databaseTime = () => Promise.resolve([{ ms: DATABASE_MS }]);

describe('the clock check', () => {
  it.each([
    ['fast', 600_000, 600_000],
    ['slow', -600_000, -599_990],
  ])('warns of a clock that is 10 minutes %s', async (_, shiftMs, aheadMs) => {
    const warnings = await warningsAt(DATABASE_MS + shiftMs, DATABASE_MS + shiftMs + 10, databaseTime);
    expect(warnings).toEqual([{ message: 'clock.differs', ahead_ms: aheadMs }]);
  });

  it('does not warn if the clocks agree', async () => {
    expect(await warningsAt(DATABASE_MS - 2000, DATABASE_MS - 1990, databaseTime)).toEqual([]);
  });

  it('does not mistake a slow answer for a wrong clock', async () => {
    expect(await warningsAt(DATABASE_MS - 20_000, DATABASE_MS + 20_000, databaseTime)).toEqual([]);
  });

  it('does not warn if the database does not answer', async () => {
    expect(await warningsAt(0, 0, () => Promise.reject(new Error('away')))).toEqual([]);
  });
});
