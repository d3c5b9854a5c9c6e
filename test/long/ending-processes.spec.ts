import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { type LogLine, type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('several processes of which one ends, again and again', () => {
  let database: TestDatabase;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill()));
  });

  afterAll(() => database.drop());

  const start = async (): Promise<ServiceProcess> => {
    const settings = fastSettings(database, { ...PATIENT, PROCESSES: '2' });
    const service = await startService({ entry: 'main', settings });
    running.push(service);
    return service;
  };
  const linesOf = (service: ServiceProcess, msg: string): LogLine[] => service.logs.filter((line) => line.msg === msg);
  const pidsOf = (service: ServiceProcess): number[] => linesOf(service, 'listening')[0]!['pids'] as number[];

  it('go on serving when it ends again and again', async () => {
    const service = await start();
    for (let lives = 0; lives < 5; lives += 1) await killOnceReplaced(service, [1], lives);

    const [warning] = await eventually(() => linesOf(service, 'process.keeps_ending'), {
      until: ({ length }) => length > 0,
    });
    expect(warning).toMatchObject({ process: 1, short_lives: 5, pause_seconds: 8, level: 40 });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await eventually(() => linesOf(service, 'process.replaced'), { until: ({ length }) => length === 5 });
    expect(linesOf(service, 'process.ended').map((line) => line['pause_seconds'])).toEqual([0.5, 1, 2, 4, 8]);
    expect(await service.stop()).toBe(0);
  });

  it('end with an error when all of them end again and again', async () => {
    const service = await start();
    for (let lives = 0; lives < 5; lives += 1) await killOnceReplaced(service, [1, 2], lives);

    expect(await service.exited).toBe(1);
    expect(linesOf(service, 'process.given_up')).toHaveLength(1);
    expect(linesOf(service, 'service.stopped').at(-1)).toMatchObject({ reason: 'processes keep ending' });
  });

  /** Kills the processes of these slots when they have been replaced `times` times. */
  async function killOnceReplaced(service: ServiceProcess, slots: number[], times: number): Promise<void> {
    const replaced = await eventually(() => linesOf(service, 'process.replaced'), {
      until: ({ length }) => length === times * slots.length,
    });
    for (const slot of slots) {
      const last = replaced.findLast((line) => line['process'] === slot);
      process.kill((last?.['started_pid'] as number | undefined) ?? pidsOf(service)[slot - 1]!, 'SIGKILL');
    }
  }
});
