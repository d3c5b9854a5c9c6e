import { eventually } from '../../../test/support/eventually.js';
import { silentLogger } from '../../../test/support/silent-logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { SystemClock } from '../../shared/time/clock.js';
import type { ReplayRepository } from '../replay.repository.js';
import type { DueReplayRepository, ReplayKey } from './due-replay.repository.js';
import { ReplayRunner } from './replay-runner.js';
import type { ReplayStep } from './replay-step.js';

const key = (tenantId: string, id: string): ReplayKey => ({ tenantId, id: `0198c1a2-7b3e-7000-8000-00000000000${id}` });

/** Runs replays that are due once, and ends. @returns tenants in the order of their steps, and what was put off */
async function run(due: readonly ReplayKey[], step: (replay: ReplayKey) => void) {
  const steps: ReplayKey[] = [];
  const postponed: string[] = [];
  let looks = 0;
  const dueReplays: Partial<DueReplayRepository> = {
    list: () => {
      looks += 1;
      if (looks === 1) return Promise.reject(new Error('PostgreSQL is away'));
      return Promise.resolve({ due: looks === 2 ? due : [], nextInMs: 5 });
    },
    countRunning: () => Promise.resolve(due.length),
  };
  const runner = new ReplayRunner(
    dueReplays as DueReplayRepository,
    {
      run: (replay: ReplayKey) => {
        steps.push(replay);
        step(replay);
        return Promise.resolve(1);
      },
    } as unknown as ReplayStep,
    {
      postpone: (_tenantId: string, id: string) => Promise.resolve(void postponed.push(id)),
    } as unknown as ReplayRepository,
    { next: () => 0 },
    new Metrics(),
    silentLogger,
    new SystemClock(),
  );
  runner.onApplicationBootstrap();
  await eventually(() => looks, { until: (count) => count > 2 });
  runner.onModuleDestroy();
  return { steps, postponed };
}

describe('the runner of replays', () => {
  it('goes on after PostgreSQL was away, and makes a step of each replay, tenants in turns', async () => {
    const { steps, postponed } = await run([key('a', '1'), key('a', '2'), key('b', '3')], () => undefined);
    expect(steps.map(({ tenantId }) => tenantId)).toEqual(['a', 'b', 'a']);
    expect(postponed).toEqual([]);
  });

  it('puts off a replay whose step fails, and no other', async () => {
    const failing = key('a', '1');
    const { steps, postponed } = await run([failing, key('b', '2')], ({ id }) => {
      if (id === failing.id) throw new Error('it fails');
    });
    expect(steps).toHaveLength(2);
    expect(postponed).toEqual([failing.id]);
  });
});
