import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { eventually } from '../support/eventually.js';
import { Starvation } from './starvation.js';

describe('the time that processes wait for a processor', () => {
  let busy: ChildProcess[] = [];

  afterEach(() => {
    for (const child of busy) child.kill('SIGKILL');
    busy = [];
  });

  const spin = (): number => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    busy.push(child);
    return child.pid!;
  };

  it('grows while there are more of them than processors, and is that of the longest wait', async () => {
    const pids = Array.from({ length: 2 * availableParallelism() + 1 }, spin);
    const starvation = new Starvation();

    await eventually(() => starvation.longestMs(pids), { until: (ms) => ms > 50 });

    const each = pids.map((pid) => starvation.longestMs([pid]));
    expect(starvation.longestMs(pids)).toBeGreaterThanOrEqual(Math.max(...each));
  });

  it('does not count what a process waited before, nor the wait of one that has ended', () => {
    expect(new Starvation().longestMs([process.pid, 2 ** 22 + 1])).toBe(0);
  });
});
