import { Snapshot } from './snapshot.js';

describe('a snapshot', () => {
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  let asked: { resolve: (value: number) => void; reject: (error: Error) => void }[];
  let snapshot: Snapshot<number>;

  beforeEach(() => {
    clock.ms = 1000;
    asked = [];
    snapshot = new Snapshot(() => new Promise((resolve, reject) => asked.push({ resolve, reject })), 500, clock);
  });

  it('is looked up once for all concurrent callers, however long that takes', async () => {
    const first = snapshot.get();
    clock.ms += 10_000;
    const second = snapshot.get();
    asked[0]!.resolve(1);

    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(asked).toHaveLength(1);
  });

  it('is reused for its lifetime, which begins when the look-up ends', async () => {
    const first = snapshot.get();
    clock.ms += 10_000;
    asked[0]!.resolve(1);
    await first;
    clock.ms += 499;
    expect(await snapshot.get()).toBe(1);

    clock.ms += 1;
    const next = snapshot.get();
    asked[1]!.resolve(2);
    expect(await next).toBe(2);
  });

  it('does not keep a failure', async () => {
    const both = [snapshot.get(), snapshot.get()];
    asked[0]!.reject(new Error('down'));
    for (const each of both) await expect(each).rejects.toThrow('down');

    const next = snapshot.get();
    asked[1]!.resolve(2);
    expect(await next).toBe(2);
  });
});
