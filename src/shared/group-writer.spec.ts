import { jest } from '@jest/globals';
import { GroupWriter } from './group-writer.js';

/** A write that ends when the test says so, and the groups it received. */
function aWrite() {
  const groups: number[][] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const write = (items: number[]): Promise<number[]> => {
    groups.push(items);
    return new Promise((resolve, reject) => {
      ends.push((failure) => {
        if (failure) reject(failure);
        else resolve(items.map((item) => item * 10));
      });
    });
  };
  return { groups, ends, write };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the group writer', () => {
  it('writes the items that arrive during a write as one group, and gives each its own result', async () => {
    const { groups, ends, write } = aWrite();
    const writer = new GroupWriter(write, { items: 100, groups: 1 });
    const first = writer.submit(1);
    await turn();
    const rest = [2, 3, 4].map((item) => writer.submit(item));
    await turn();
    expect(groups).toEqual([[1]]);

    ends[0]!();
    expect(await first).toBe(10);
    await turn();
    ends[1]!();

    expect(groups).toEqual([[1], [2, 3, 4]]);
    expect(await Promise.all(rest)).toEqual([20, 30, 40]);
  });

  it('limits a group by number and by weight, but accepts a single item that is too heavy', async () => {
    const { groups, ends, write } = aWrite();
    const writer = new GroupWriter(write, { items: 3, groups: 1, weigh: (item) => item, weight: 10 });
    const all = [50, 4, 4, 4, 1, 1, 1].map((item) => writer.submit(item));
    for (let group = 0; group < 4; group += 1) {
      await turn();
      ends[group]!();
      await turn();
    }
    await Promise.all(all);

    expect(groups).toEqual([[50], [4, 4], [4, 1, 1], [1]]);
  });

  describe('with items of several owners', () => {
    type Owned = readonly [owner: string, weight: number];

    /** The groups that are written when `first` waits, and `later` arrives during the first write. */
    const groupsOf = async (first: Owned[], later: Owned[] = []): Promise<string[]> => {
      const groups: string[] = [];
      let end = (): void => undefined;
      const writer = new GroupWriter<Owned, null>(
        (items) => {
          groups.push(items.map(([owner]) => owner).join(''));
          return new Promise((resolve) => (end = () => { resolve(items.map(() => null)); })); // prettier-ignore
        },
        { items: 4, groups: 1, weigh: ([, weight]) => weight, weight: 100, ownerOf: ([owner]) => owner },
      );
      const all = first.map((item) => writer.submit(item));
      await turn();
      all.push(...later.map((item) => writer.submit(item)));
      // Ends each write, which starts the next one and extends this loop.
      for (const _ of groups) {
        end();
        await turn();
        await turn();
      }
      await Promise.all(all);
      return groups;
    };
    const times = (count: number, owner: string, weight = 1): Owned[] =>
      Array.from({ length: count }, () => [owner, weight]);

    it('keeps the order of arrival while everything fits', async () => {
      expect(await groupsOf([...times(2, 'a'), ...times(1, 'b'), ...times(1, 'a')])).toEqual(['aaba']);
    });

    it('shares a group among owners, so that none waits behind the whole queue of another', async () => {
      expect(await groupsOf([...times(9, 'a'), ...times(2, 'b')])).toEqual(['abab', 'aaaa', 'aaa']);
      expect(await groupsOf(times(9, 'a'), times(2, 'b'))).toEqual(['aaaa', 'baba', 'aaa']);
    });

    it('shares a group by weight, not by number', async () => {
      const [first] = await groupsOf([...times(3, 'a', 60), ...times(6, 'b', 10)]);
      expect(first).toBe('abbb');
    });

    it('starves neither heavy nor light items', async () => {
      const heavy = await groupsOf([...times(1, 'h', 200), ...times(40, 'l')]);
      expect(heavy.findIndex((group) => group.includes('h'))).toBeLessThanOrEqual(1);
      const light = await groupsOf(times(10, 'h', 200), times(1, 'l'));
      expect(light.findIndex((group) => group.includes('l'))).toBeLessThanOrEqual(2);
    });
  });

  it('writes as many groups at once as its limit allows', async () => {
    const { groups, ends, write } = aWrite();
    const writer = new GroupWriter(write, { items: 1, groups: 2 });
    const all = [1, 2, 3].map((item) => writer.submit(item));
    await turn();
    expect(groups).toEqual([[1], [2]]);

    ends.forEach((end) => {
      end();
    });
    await turn();
    await turn();
    ends[2]!();
    expect(await Promise.all(all)).toEqual([10, 20, 30]);
  });

  it('fails a whole group together, and continues with the next', async () => {
    const { ends, write } = aWrite();
    const writer = new GroupWriter(write, { items: 100, groups: 1 });
    const failed = Promise.allSettled([writer.submit(1), writer.submit(2)]);
    await turn();
    ends[0]!(new Error('no'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);

    const next = writer.submit(3);
    await turn();
    ends[1]!();
    expect(await next).toBe(30);
  });

  it('fails items that waited too long for a failed write, and writes the rest separately', async () => {
    const { groups, ends, write } = aWrite();
    let nowMs = 0;
    const patience = { ms: 250, monotonicMs: () => nowMs };
    const writer = new GroupWriter(write, { items: 100, groups: 1, patience });
    const first = writer.submit(1);
    await turn();
    const early = writer.submit(2);
    nowMs = 4000;
    const late = writer.submit(3);
    nowMs = 4250;
    const away = new Error('away');

    ends[0]!(away);

    await expect(first).rejects.toBe(away);
    await expect(early).rejects.toBe(away);
    await turn();
    ends[1]!();
    expect(await late).toBe(30);
    expect(groups).toEqual([[1], [3]]);
  });

  describe('that lingers', () => {
    const limits = { items: 100, groups: 1, linger: { ms: 5, fullAt: 10, fromRate: 400 } };

    beforeEach(() => {
      jest.useFakeTimers();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    /** Submits `count` items, one every `everyMs` milliseconds. */
    const submit = async (writer: GroupWriter<number, number>, count: number, everyMs: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        void writer.submit(n);
        await jest.advanceTimersByTimeAsync(everyMs);
      }
    };
    const instantly = (items: number[]): Promise<number[]> => Promise.resolve(items);

    it('writes each item at once while items arrive slowly', async () => {
      const write = jest.fn(instantly);
      await submit(new GroupWriter(write, limits), 50, 10);
      expect(write).toHaveBeenCalledTimes(50);
    });

    it('collects items for a moment while they arrive fast', async () => {
      const write = jest.fn(instantly);
      const writer = new GroupWriter(write, limits);
      await submit(writer, 60, 1);
      write.mockClear();
      await submit(writer, 60, 1);
      expect(write.mock.calls.length).toBeGreaterThanOrEqual(10);
      expect(write.mock.calls.length).toBeLessThanOrEqual(20);
    });

    it('stops waiting once a group is full', async () => {
      const write = jest.fn(instantly);
      const writer = new GroupWriter(write, limits);
      await submit(writer, 60, 1);
      await jest.advanceTimersByTimeAsync(10);
      write.mockClear();

      for (let n = 0; n < 10; n += 1) void writer.submit(n);
      await jest.advanceTimersByTimeAsync(0);

      expect(write).toHaveBeenCalledTimes(1);
      expect(write.mock.calls[0]![0]).toHaveLength(10);
    });
  });
});
