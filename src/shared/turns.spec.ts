import { jest } from '@jest/globals';
import { Turns } from './turns.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  let begun: string[];
  let ends: Map<string, () => void>;

  const make = (atOnce: number): Turns => new Turns({ atOnce, patienceMs: 1000, refusal: () => new Error('too many') });
  /** A piece of work by its name, which begins with its owner's letter; it runs until it is ended. */
  const run = (turns: Turns, ...names: string[]): Promise<string>[] =>
    names.map((name) =>
      turns.run(name.charAt(0), () => {
        begun.push(name);
        return new Promise((resolve) => ends.set(name, () => { resolve(name); })); // prettier-ignore
      }),
    );
  const end = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      ends.get(name)!();
      await turn();
    }
  };

  beforeEach(() => {
    begun = [];
    ends = new Map();
  });

  it('let an owner have no more at once than its share, and leave something for the next', async () => {
    const turns = make(4);
    const all = run(turns, 'a1', 'a2', 'a3', 'b1', 'b2', 'c1');
    await turn();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
    await end('a1', 'a2', 'b1', 'c1');
    await end('a3', 'b2');
    expect((await Promise.all(all)).length).toBe(6);
  });

  it('go round the owners, whoever has how many', async () => {
    const turns = make(1);
    const all = run(turns, 'a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2');
    await turn();
    await end('a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    await Promise.all(all);
  });

  it('go on after work that failed', async () => {
    const turns = make(1);
    await expect(turns.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const [next] = run(turns, 'a1');
    await turn();
    await end('a1');
    expect(await next).toBe('a1');
  });

  it('refuse what has waited for too long, and never begin it', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const turns = make(1);
    const [first, second] = run(turns, 'a1', 'a2');
    const refused = expect(second).rejects.toThrow('too many');
    await jest.advanceTimersByTimeAsync(1000);
    await refused;
    jest.useRealTimers();
    await end('a1');
    await first;
    expect(begun).toEqual(['a1']);
    const [third] = run(turns, 'a3');
    await turn();
    await end('a3');
    expect(await third).toBe('a3');
  });
});
