import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { isRunning } from '../support/process-state.js';
import { type ServiceProcess, spawnService, startService } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';

/** Longer than it takes until a process counts as stuck. */
const STUCK = { timeoutMs: 90_000 };

describe('one of several processes that is stuck, with real PostgreSQL and Redis', () => {
  const newPid = (service: ServiceProcess, known: readonly number[]): Promise<number> =>
    eventually(() => {
      const line = service.logs.find(({ msg, pid }) => msg === 'service.starting' && !known.includes(Number(pid)));
      if (!line) throw new Error('No further process starts.');
      return Number(line['pid']);
    });

  /** Stops a process that replaces another before it is ready. Where it was quicker, the next one is stopped. */
  const stopBeginner = async (service: ServiceProcess, pids: readonly number[]): Promise<number> => {
    const known = [service.pid, ...pids];
    for (let running = pids[0]!; ; running = known.at(-1)!) {
      process.kill(running, 'SIGKILL');
      const beginner = await newPid(service, known);
      process.kill(beginner, 'SIGSTOP');
      known.push(beginner);
      const { msg } = await eventually(() => {
        const line = service.logs.find((each) => each['started_pid'] === beginner || each['stuck_pid'] === beginner);
        if (!line) throw new Error('Nobody has noticed yet whether it is ready.');
        return line;
      }, STUCK);
      if (msg === 'process.stuck') return beginner;
    }
  };

  it('is killed after half a minute, and replaced', async () => {
    const database = await createTestDatabase();
    const service = await startService({ entry: 'main', settings: fastSettings(database, { PROCESSES: '2' }) });
    const [stuck] = service.logs.find(({ msg }) => msg === 'listening')!['pids'] as number[];

    process.kill(stuck!, 'SIGSTOP');
    await eventually(() => service.logs.map(({ msg }) => msg), {
      ...STUCK,
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

  it('is killed after half a minute and replaced, although it had only begun to start', async () => {
    const database = await createTestDatabase();
    const service = await startService({ entry: 'main', settings: fastSettings(database, { PROCESSES: '2' }) });
    const pids = service.logs.find(({ msg }) => msg === 'listening')!['pids'] as number[];

    const stuck = await stopBeginner(service, pids);
    const eventsOfStuck = await eventually(
      () => service.logs.filter((line) => line['stuck_pid'] === stuck || line['ended_pid'] === stuck),
      { ...STUCK, until: (lines) => lines.length === 2 },
    );

    expect(eventsOfStuck).toMatchObject([
      { msg: 'process.stuck', process: 1 },
      { msg: 'process.ended', process: 1, signal: 'SIGKILL' },
    ]);
    await eventually(() => service.logs.findLast(({ msg }) => msg.startsWith('process.')), {
      until: (line) => line?.msg === 'process.replaced',
    });
    expect(await service.stop()).toBe(0);
    await database.drop();
  });

  it('ends the start of all with an error', async () => {
    const database = await createTestDatabase();
    const service = await spawnService({ entry: 'main', settings: fastSettings(database, { PROCESSES: '2' }) });

    const stuck = await newPid(service, [service.pid]);
    process.kill(stuck, 'SIGSTOP');

    expect(await service.exited).toBe(1);
    expect(service.logs.filter(({ msg }) => msg.startsWith('process.'))).toMatchObject([
      { msg: 'process.stuck', process: 1, stuck_pid: stuck },
    ]);
    expect(service.logs.at(-1)).toMatchObject({ msg: 'service.stopped', reason: 'start failed', exit_code: 1 });
    await database.drop();
  });
});
