import { eventually } from '../../../test/support/eventually.js';
import { silentLogger } from '../../../test/support/silent-logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { SystemClock } from '../../shared/time/clock.js';
import type { ReplayRepository } from '../replay.repository.js';
import type { DueReplayRepository, ReplayKey } from './due-replay.repository.js';
import { ReplayRunner } from './replay-runner.js';
import type { ReplayStep } from './replay-step.js';

const key = (tenantId: string, id: string): ReplayKey => ({ tenantId, id: `0198c1a2-7b3e-7000-8000-00000000000${id}` });

/** Runs replays until they are not due, and ends. @returns tenants in the order of their steps, and what was put off */
async function run(
  due: readonly ReplayKey[],
  step: (replay: ReplayKey) => void,
  postpone: () => Promise<void> = () => Promise.resolve(),
) {
  const steps: ReplayKey[] = [];
  const postponed: string[] = [];
  const done = new Set<string>();
  let looks = 0;
  const dueReplays: Partial<DueReplayRepository> = {
    list: () => {
      looks += 1;
      if (looks === 1) return Promise.reject(new Error('PostgreSQL is away'));
      return Promise.resolve({ due: looks < 4 ? due.filter(({ id }) => !done.has(id)) : [], nextInMs: 5 });
    },
    countRunning: () => Promise.resolve(due.length),
  };
  const runner = new ReplayRunner(
    dueReplays as DueReplayRepository,
    {
      run: (replay: ReplayKey) => {
        steps.push(replay);
        step(replay);
        done.add(replay.id);
        return Promise.resolve(1);
      },
    } as unknown as ReplayStep,
    {
      postpone: (_tenantId: string, id: string) => {
        postponed.push(id);
        return postpone().then(() => void done.add(id));
      },
    } as unknown as ReplayRepository,
    { next: () => 0 },
    new Metrics(),
    silentLogger,
    new SystemClock(),
  );
  runner.onApplicationBootstrap();
  await eventually(() => looks, { until: (count) => count > 4 });
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

  it('goes on with other tenants if it cannot even put off a replay, and leaves that alone for a while', async () => {
    const refused = key('a', '1');
    const { steps, postponed } = await run(
      [refused, key('b', '2')],
      ({ id }) => {
        if (id === refused.id) throw new Error('the tenant has no connection left');
      },
      () => Promise.reject(new Error('the tenant has no connection left')),
    );
    expect(steps.map(({ tenantId }) => tenantId)).toEqual(['a', 'b']);
    expect(postponed).toEqual([refused.id]);
  });
});
