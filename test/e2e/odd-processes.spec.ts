import { spawn } from 'node:child_process';
import { builtFile } from '../support/built-file.js';
import { compileCache } from '../support/faster-starts.js';
import { eventually } from '../support/eventually.js';
import { metricsIn } from '../support/exposition.js';
import { fastSettings } from '../support/fast-settings.js';
import { type LogLine, ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Runs a program as pm2 does in cluster mode. */
const FOREIGN_PRIMARY = `
  const cluster = require('node:cluster');
  cluster.setupPrimary({ exec: process.argv[1], execArgv: [] });
  cluster.fork().on('exit', (code) => process.exit(code ?? 1));
`;

describe('processes in odd surroundings, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => Promise.all(running.splice(0).map((service) => service.kill())));

  afterAll(() => database.drop());

  describe('that another program runs with node:cluster', () => {
    const start = (more: Record<string, string>): ServiceProcess => {
      const { PATH = '', HOME = '' } = process.env;
      const env = { PATH, HOME, ...compileCache(), PORT: '0', ...fastSettings(database, more) };
      const args = ['-e', FOREIGN_PRIMARY, builtFile('src/main.js')];
      const service = new ServiceProcess(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
      running.push(service);
      return service;
    };

    it('serve, each by itself', async () => {
      const service = start({});

      await eventually(() => service.assertReadyOrEnded());

      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    });

    it('refuse to start several more', async () => {
      const service = start({ PROCESSES: '2' });

      expect(await service.exited).toBe(1);
      expect(service.logs.at(-1)).toMatchObject({
        msg: 'start.refused',
        reason: expect.stringContaining('PROCESSES must be 1 here, not 2: another program, such as pm2') as string,
      });
    });
  });

  describe('of which there are several', () => {
    const start = async (preload: string, more: Record<string, string> = {}): Promise<ServiceProcess> => {
      const settings = fastSettings(database, { PROCESSES: '2', ...more });
      const preloads = [builtFile(`test/faults/preloads/${preload}.js`)];
      const service = await startService({ entry: 'main', settings, preloads });
      running.push(service);
      return service;
    };
    const untilLogged = (service: ServiceProcess, event: string): Promise<LogLine[]> =>
      eventually(() => service.logs.filter(({ msg }) => msg === event), { until: ({ length }) => length > 0 });
    const processesIn = (text: string): string[] => {
      const memory = metricsIn(text).get('process_resident_memory_bytes')?.samples ?? [];
      return [...memory].map(([series]) => /process="(\w+)"/.exec(series)?.[1] ?? '').sort();
    };

    it('ignore messages that are not theirs', async () => {
      const service = await start('foreign-messages');

      expect(processesIn(await (await fetch(`${service.url}/metrics`)).text())).toEqual(['1', '2', 'supervisor']);
      expect(service.output()).not.toContain('process.');
      expect(await service.stop()).toBe(0);
    });

    it('answer with the metrics of the others when those of one cannot be read', async () => {
      const service = await start('broken-metrics', { BROKEN_METRICS: '1' });

      const answer = await fetch(`${service.url}/metrics`);

      expect(answer.status).toBe(200);
      expect(processesIn(await answer.text())).toEqual(['2', 'supervisor']);
      await untilLogged(service, 'metrics.failed');
      expect(await service.stop()).toBe(0);
    });

    it('go on when a supervisor cannot read metrics, and refuse the scrape', async () => {
      const service = await start('broken-metrics', { BROKEN_METRICS: 'supervisor' });

      const { status } = await fetch(`${service.url}/metrics`);

      expect(status).toBe(503);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      await untilLogged(service, 'metrics.failed');
      expect(await service.stop()).toBe(0);
    });
  });
});
