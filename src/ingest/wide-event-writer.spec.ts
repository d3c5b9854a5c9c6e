import type { DeliveryWakeUps } from '../delivery/index.js';
import type { Settings } from '../shared/config/settings.js';
import { Unavailable } from '../shared/errors/domain-error.js';
import type { Clock } from '../shared/time/clock.js';
import { aNewEvent } from '../../test/support/factories.js';
import { WideEventWriter } from './wide-event-writer.js';
import type { RunStep, WideEventRepository } from './wide-event.repository.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the writer of wide events', () => {
  let nowMs: number;
  /** Tenants of the statements, in the order in which they ran. */
  let statements: string[];
  let handedOver: string[];
  let left: number;
  let isTaking: boolean;
  let takenFor: string[];
  let endHandOvers: () => void;
  let writer: WideEventWriter;

  beforeEach(() => {
    nowMs = 0;
    statements = [];
    handedOver = [];
    takenFor = [];
    left = 0;
    isTaking = true;
    const handOversEnd = new Promise<void>((resolve) => (endHandOvers = resolve));
    const repository = {
      // The payload of an event is its number of pieces.
      accept: async ({ tenantId, payload }: { tenantId: string; payload: Buffer }, are: string, step: RunStep) => {
        takenFor.push(are);
        const pieces = Number(payload.toString());
        for (let n = 0; n < pieces; n += 1) {
          await step(async () => {
            statements.push(tenantId);
            await turn();
          });
        }
        return pieces === 0 ? null : pieces;
      },
    };
    const wakeUps = {
      isTakingJobs: () => isTaking,
      addGradually: (_: string, tenantId: string) => {
        handedOver.push(tenantId);
        return handOversEnd;
      },
      countUnqueued: (count: number) => (left += count),
    };
    writer = new WideEventWriter(
      repository as unknown as WideEventRepository,
      wakeUps as unknown as DeliveryWakeUps,
      { monotonicMs: () => nowMs } as Clock,
      { databasePoolSize: 10 } as Settings,
    );
  });

  const write = (tenantId: string, pieces: number): Promise<number | null> =>
    writer.write(aNewEvent({ tenantId, payload: Buffer.from(String(pieces)) }));

  it('writes one piece at a time, with tenants taking turns', async () => {
    const all = [write('a', 20), write('a', 20), write('a', 20)];
    await turn();
    expect(await write('b', 3)).toBe(3);
    expect(statements.filter((tenantId) => tenantId === 'a').length).toBeLessThanOrEqual(8);
    expect(await Promise.all(all)).toEqual([20, 20, 20]);
  });

  it('gives up on an event that takes too long', async () => {
    const refused = expect(write('a', 100)).rejects.toThrow(Unavailable);
    await turn();
    nowMs = 30_001;
    await refused;
    expect(statements.length).toBeLessThan(10);
  });

  it('hands over an event only once it is written', async () => {
    await write('a', 1);
    expect(await write('b', 0)).toBeNull();
    expect(handedOver).toEqual(['a']);
  });

  it('leaves an event to the due scan when the queue is full or the tenant has used its share', async () => {
    isTaking = false;
    await write('a', 7);
    expect(takenFor).toEqual(['due']);
    expect(left).toBe(7);

    isTaking = true;
    takenFor = [];
    for (let n = 0; n < 10; n += 1) await write('a', 1);
    await write('b', 1);
    expect(takenFor.filter((are) => are === 'queued')).toHaveLength(5);
    expect(handedOver).toEqual(['a', 'a', 'a', 'a', 'b']);

    endHandOvers();
    await turn();
    takenFor = [];
    await write('a', 1);
    expect(takenFor).toEqual(['queued']);
  });
});
