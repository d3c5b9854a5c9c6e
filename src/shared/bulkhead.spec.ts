import { Unavailable } from './errors/domain-error.js';
import { Bulkhead } from './bulkhead.js';

describe('a bulkhead', () => {
  let running: { readonly name: string; readonly end: () => void }[];

  beforeEach(() => (running = []));

  /** Makes a call for a tenant. Resolves with 'done' when it has run, and with the error when it was refused. */
  const ask = (bulkhead: Bulkhead, tenantId: string | null, name = tenantId ?? 'nobody'): Promise<unknown> =>
    bulkhead
      .run(
        tenantId,
        () =>
          new Promise<string>((resolve) =>
            running.push({
              name,
              end: () => {
                resolve('done');
              },
            }),
          ),
      ) // prettier-ignore
      .catch((error: unknown) => error);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const names = () => running.map(({ name }) => name);
  /** Ends the running calls one by one until none is left. @returns the names of the calls in the order they started */
  const endAll = async (): Promise<string[]> => {
    const order = names();
    // The loop also reaches calls that start meanwhile.
    for (const { end } of running) {
      end();
      await turn();
      order.push(...names().slice(order.length));
    }
    return order;
  };

  it('gives one tenant half of the running and half of the waiting calls, and refuses the rest', async () => {
    const bulkhead = new Bulkhead({ running: 4, waiting: 8 });
    const outcomes = Array.from({ length: 8 }, () => ask(bulkhead, 'a'));
    await turn();

    expect(running).toHaveLength(2);
    expect(await Promise.all(outcomes.slice(6))).toEqual([expect.any(Unavailable), expect.any(Unavailable)]);
    expect(await endAll()).toHaveLength(6);
    expect(await Promise.all(outcomes.slice(0, 6))).toEqual(Array.from({ length: 6 }, () => 'done'));
  });

  it('runs calls of other tenants and of no tenant at once, however many calls one tenant makes', async () => {
    const bulkhead = new Bulkhead({ running: 8, waiting: 8 });
    const outcomes = Array.from({ length: 50 }, () => ask(bulkhead, 'a'));
    outcomes.push(ask(bulkhead, 'b'), ask(bulkhead, null));
    await turn();

    expect(names()).toEqual(['a', 'a', 'a', 'a', 'b', 'nobody']);
    await endAll();
    expect(await Promise.all(outcomes.slice(-2))).toEqual(['done', 'done']);
  });

  it('lets waiting tenants take turns', async () => {
    const bulkhead = new Bulkhead({ running: 1, waiting: 40 });
    const outcomes = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((tenant) => ask(bulkhead, tenant));
    await turn();

    expect(bulkhead.waitingCount).toBe(6);
    expect(await endAll()).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
    expect(bulkhead.waitingCount).toBe(0);
    expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => 'done'));
  });

  it('refuses a call that has waited longer than its patience', async () => {
    const bulkhead = new Bulkhead({ running: 1, waiting: 4, patienceMs: 1 });
    const first = ask(bulkhead, 'a');
    expect(await ask(bulkhead, 'a')).toBeInstanceOf(Unavailable);

    const patient = new Bulkhead({ running: 1, waiting: 4, patienceMs: 60_000 });
    const others = [ask(patient, 'b'), ask(patient, 'b')];
    await turn();
    expect(await endAll()).toEqual(['a', 'b', 'b']);
    expect(await Promise.all([first, ...others])).toEqual(['done', 'done', 'done']);
  });

  it('continues after a call has failed', async () => {
    const bulkhead = new Bulkhead({ running: 1, waiting: 1 });
    await expect(bulkhead.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await bulkhead.run('a', () => Promise.resolve(1))).toBe(1);
  });
});
