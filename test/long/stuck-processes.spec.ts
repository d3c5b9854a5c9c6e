import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { isRunning } from '../support/process-state.js';
import { startService } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';

describe('one of several processes that is stuck, with real PostgreSQL and Redis', () => {
  it('is killed after half a minute, and replaced', async () => {
    const database = await createTestDatabase();
    const service = await startService({ entry: 'main', settings: fastSettings(database, { PROCESSES: '2' }) });
    const [stuck] = service.logs.find(({ msg }) => msg === 'listening')!['pids'] as number[];

    process.kill(stuck!, 'SIGSTOP');
    await eventually(() => service.logs.map(({ msg }) => msg), {
      timeoutMs: 90_000,
      until: (lines) => lines.includes('process.replaced'),
    });

    const events = service.logs.filter(({ msg }) => msg.startsWith('process.'));
    expect(events).toMatchObject([
      { msg: 'process.stuck', process: 1, stuck_pid: stuck },
      { msg: 'process.ended', process: 1, ended_pid: stuck, signal: 'SIGKILL' },
      { msg: 'process.replaced', process: 1 },
    ]);
    expect(isRunning(stuck!)).toBe(false);
    expect(await service.stop()).toBe(0);
    await database.drop();
  });
});
