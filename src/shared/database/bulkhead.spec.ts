import { Unavailable } from '../errors/domain-error.js';
import { Bulkhead } from './bulkhead.js';

describe('a bulkhead', () => {
  it('lets so many run at once, keeps some more waiting, and refuses the others', async () => {
    const bulkhead = new Bulkhead(2.9);
    const running: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => running.push(resolve));
    const outcomes = Array.from({ length: 12 }, () =>
      bulkhead.run(work).then(
        () => 'done',
        (error: unknown) => error,
      ),
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();

    expect(running).toHaveLength(2);
    expect(await Promise.all(outcomes.slice(10))).toEqual([expect.any(Unavailable), expect.any(Unavailable)]);

    for (let ended = 0; ended < 10; ended += 1) {
      running[ended]!();
      await turn();
    }
    expect(await Promise.all(outcomes.slice(0, 10))).toEqual(Array.from({ length: 10 }, () => 'done'));
  });

  it('lets at least one run, and goes on after a failure', async () => {
    const bulkhead = new Bulkhead(0.2);
    await expect(bulkhead.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await bulkhead.run(() => Promise.resolve(1))).toBe(1);
  });
});
