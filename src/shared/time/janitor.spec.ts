import { jest } from '@jest/globals';
import type { Logger } from '../logging/logger.js';
import { inGroups, Janitor } from './janitor.js';

const HOUR_MS = 3_600_000;

describe('the janitor', () => {
  let logged: unknown[];
  let janitor: Janitor;

  beforeEach(() => {
    jest.useFakeTimers();
    logged = [];
    janitor = new Janitor({ error: (...line: unknown[]) => logged.push(line) } as unknown as Logger);
  });
  afterEach(() => {
    janitor.onModuleDestroy();
    jest.useRealTimers();
  });

  it('runs each chore at the start and every hour, also after it failed', async () => {
    const failure = new Error('not now');
    const ran: string[] = [];
    janitor.add('first.failed', () => {
      ran.push('first');
      return Promise.reject(failure);
    });
    janitor.add('second.failed', () => {
      ran.push('second');
      throw failure;
    });

    janitor.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(HOUR_MS);

    expect(ran).toEqual(['first', 'second', 'first', 'second']);
    const events = logged.map((line) => (line as unknown[]).at(-1));
    expect(events.toSorted()).toEqual(['first.failed', 'first.failed', 'second.failed', 'second.failed']);
  });

  it('tells chores when to stop, runs no more of them, and logs no failure from then on', async () => {
    let isStopped = (): boolean => false;
    let fail: (error: Error) => void = () => undefined;
    let runs = 0;
    janitor.add('chore.failed', (given) => {
      runs += 1;
      isStopped = given;
      return new Promise((_, reject) => (fail = reject));
    });
    janitor.onApplicationBootstrap();
    expect(isStopped()).toBe(false);

    janitor.onModuleDestroy();
    fail(new Error('the connection is closed'));
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);

    expect([isStopped(), runs, logged]).toEqual([true, 1, []]);
  });
});

describe('a step that runs in groups', () => {
  it('runs until a group is not full', async () => {
    const counts = [10, 10, 3];
    expect(await inGroups(10, () => Promise.resolve(counts.shift()!))).toBe(23);
    expect(counts).toEqual([]);
  });

  it('runs no further group once it is told to stop', async () => {
    let groups = 0;
    const step = (): Promise<number> => {
      groups += 1;
      return Promise.resolve(10);
    };
    expect(await inGroups(10, step, () => groups === 2)).toBe(20);
  });
});
