import type { AttemptRow, Evidence, ReceivedRequest } from './evidence.js';
import { redeliveries } from './figures.js';
import type { Run } from './fault.js';

const LEASE_MS = 3000;

interface Cut {
  readonly number: number;
  readonly atMs: number;
}

/** One delivery with requests at these times, some of them cut short; and others, each with its lag. */
function aRun(requests: readonly Cut[], cuts: readonly Cut[], lagsMs: readonly number[]): Run {
  const request = (deliveryId: string, { number, atMs }: Cut) =>
    ({ deliveryId, eventId: deliveryId, attempt: number, startedAt: atMs }) as ReceivedRequest & { path: string };
  const others = lagsMs.map((_, n) => request(`other${n}`, { number: 1, atMs: requests.at(-1)!.atMs }));
  const received = [...requests.map((each) => request('d1', each)), ...others];
  const attempts = cuts.map(({ number, atMs }) => {
    return { deliveryId: 'd1', number, errorCode: 'abandoned', startedAt: atMs } as AttemptRow;
  });
  const evidence = { attempts, received, leaseSeconds: LEASE_MS / 1000 } as unknown as Evidence;
  const accepted = others.map(({ eventId, startedAt }, n) => ({ eventId, atMs: startedAt - lagsMs[n]! }));
  return { evidence, received, accepted } as unknown as Run;
}

describe('redeliveries', () => {
  const first = { number: 1, atMs: 0 };

  it('are timed from the end of the lease', () => {
    const run = aRun([first, { number: 2, atMs: 3400 }], [first], [10, 10, 10]);
    expect(redeliveries(run)).toEqual([{ lateMs: 390, scatterMs: 0 }]);
  });

  it('are late even if one other delivery waits as long', () => {
    const run = aRun([first, { number: 2, atMs: 9000 }], [first], [10, 10, 6000]);
    expect(redeliveries(run)).toEqual([{ lateMs: 5990, scatterMs: 0 }]);
  });

  it('are no later than others when all wait', () => {
    const run = aRun([first, { number: 2, atMs: 9000 }], [first], [6000, 6000, 10]);
    expect(redeliveries(run)).toEqual([{ lateMs: 0, scatterMs: 0 }]);
  });

  it('that are cut short before their request are timed from their claim, and the next may be scattered', () => {
    const second = { number: 2, atMs: 3300 };
    const run = aRun([first, { number: 3, atMs: 9300 }], [first, second], []);
    expect(redeliveries(run)).toEqual([
      { lateMs: 300, scatterMs: 0 },
      { lateMs: 3000, scatterMs: 8000 },
    ]);
  });
});
