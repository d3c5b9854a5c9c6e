import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { SystemAnswer } from '../../src/doctor/dto/system-answer.js';
import { VERSION } from '../../src/shared/version.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { metricsIn } from '../support/exposition.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { isRunning } from '../support/process-state.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type LogLine, type ServiceProcess, spawnService, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

type Entry = 'main' | 'main.api' | 'main.worker';

const CONNECTIONS = 6;

describe('several processes behind one port, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill()));
    await receiver.close();
  });

  afterAll(() => database.drop());

  const settingsWith = (more: Record<string, string>): Record<string, string> =>
    fastSettings(database, { ...PATIENT, PROCESSES: '2', ...more });
  const start = async (more: Record<string, string> = {}, entry: Entry = 'main'): Promise<ServiceProcess> => {
    const service = await startService({ entry, settings: settingsWith(more) });
    running.push(service);
    return service;
  };
  const linesOf = (service: ServiceProcess, msg: string): LogLine[] => service.logs.filter((line) => line.msg === msg);
  const pidsOf = (service: ServiceProcess): number[] => linesOf(service, 'listening')[0]!['pids'] as number[];

  /** Values of a metric, by the process that has it. */
  const valuesOf = async (service: ServiceProcess, name: string, label = ''): Promise<Map<string, number>> => {
    const metrics = metricsIn(await (await fetch(`${service.adminUrl}/metrics`)).text());
    const samples = [...(metrics.get(name)?.samples ?? [])].filter(([series]) => series.includes(label));
    const byProcess = new Map<string, number>();
    for (const [series, value] of samples) {
      const process = /process="(\w+)"/.exec(series)?.[1] ?? '';
      byProcess.set(process, (byProcess.get(process) ?? 0) + value);
    }
    return byProcess;
  };
  const sumOf = (values: Map<string, number>): number => [...values.values()].reduce((sum, each) => sum + each, 0);

  describe('that serve', () => {
    let service: ServiceProcess;
    let api: ApiClient;

    beforeAll(async () => {
      const settings = settingsWith({ ADMIN_PORT: '0', SHUTDOWN_DRAIN: '60' });
      service = await startService({ entry: 'main', settings });
      api = new ApiClient(service.url);
    });

    afterAll(() => service.kill());

    it('share a handful of connections that clients keep', async () => {
      const agents = Array.from({ length: CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));

      await Promise.all(agents.map((agent) => statusOf(`${service.url}/subscriptions`, agent)));
      const served = await eventually(
        () => valuesOf(service, 'webhook_http_requests_total', 'route="/subscriptions",status="200"'),
        { until: (values) => sumOf(values) === CONNECTIONS },
      );

      expect([...served.keys()].sort()).toEqual(['1', '2']);
      expect(Math.min(...served.values())).toBeGreaterThan(0);
      for (const agent of agents) agent.destroy();
    });

    it('answer for all of them at /metrics, with the label "process"', async () => {
      const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
      const agents = Array.from({ length: CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
      await Promise.all(agents.map((agent) => statusOf(`${service.url}/subscriptions`, agent)));
      await Promise.all(Array.from({ length: 20 }, (_, n) => api.publish(id, { n })));

      const accepted = await eventually(() => valuesOf(service, 'webhook_events_accepted_total'), {
        until: (values) => sumOf(values) === 20,
      });
      const delivered = await eventually(
        () => valuesOf(service, 'webhook_deliveries_finished_total', 'outcome="delivered"'),
        { until: (values) => sumOf(values) === 20 },
      );

      expect([...accepted.keys()].sort()).toEqual(['1', '2']);
      expect([...delivered.keys()].sort()).toEqual(['1', '2']);
      expect(await valuesOf(service, 'webhook_processes')).toEqual(new Map([['supervisor', 2]]));
      const memory = await valuesOf(service, 'process_resident_memory_bytes');
      expect([...memory.keys()].sort()).toEqual(['1', '2', 'supervisor']);
      const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
      expect(text.match(/^# TYPE webhook_events_accepted_total /gm)).toHaveLength(1);
      expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
      for (const agent of agents) agent.destroy();
    });

    it('are all in GET /system, whichever of them answers, and the settings show no secret', async () => {
      const seen = await eventually(() => api.expect<SystemAnswer>(200, 'GET', '/system'), {
        until: ({ processes }) => processes.length === 2,
      });

      expect(seen.processes.map(({ pid }) => pid).sort()).toEqual(pidsOf(service).toSorted());
      expect(seen).toMatchObject({
        processes: [{ role: 'all', version: VERSION }, { role: 'all' }],
        processes_complete: true,
        schema: { pending: 0 },
        redis: { state: 'up', servers: 1 },
      });
      expect(seen.settings.find(({ name }) => name === 'PROCESSES')).toMatchObject({
        value: '2',
        source: 'environment',
      });
      expect(seen.settings.find(({ name }) => name === 'ENCRYPTION_KEY')).toMatchObject({ value: '[redacted]' });
      expect(JSON.stringify(seen)).not.toContain(settingsWith({})['ENCRYPTION_KEY']);
    });

    // The last one that this service serves: it ends.
    it('write whole log lines, each with the pid of its process, and do not drain after Ctrl-C in a terminal', async () => {
      const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
      const tasks = await Promise.all(Array.from({ length: 100 }, (_, n) => api.publish(id, { n })));
      for (const { task_id: task } of tasks) await api.untilFinal(task);
      const pids = [service.pid, ...pidsOf(service)];
      for (const pid of pids) process.kill(pid, 'SIGINT');
      expect(await service.exited).toBe(0);

      expect(service.output()).not.toContain('shutdown.draining');
      const lines = service.output().trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as LogLine)['pid']).filter((pid) => !pids.includes(Number(pid)))).toEqual([]); // prettier-ignore
      const attempted = linesOf(service, 'delivery.attempted').filter((line) => line['subscription_id'] === id);
      expect(attempted).toHaveLength(100);
      for (const msg of ['service.starting', 'service.stopped']) {
        expect(linesOf(service, msg).map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
      }
      expect(linesOf(service, 'service.starting').map(({ role }) => role)).toEqual(['supervisor', 'all', 'all']);
      expect(linesOf(service, 'listening')).toHaveLength(1);
      expect(service.logs.filter(({ msg }) => msg.startsWith('API_ACCESS is open'))).toHaveLength(1);
    });
  });

  describe('of which some serve the API, and some deliver', () => {
    it('work as API and as workers, too', async () => {
      const shared = { QUEUE_PREFIX: settingsWith({})['QUEUE_PREFIX']! };
      const [api, worker] = await Promise.all([start(shared, 'main.api'), start(shared, 'main.worker')]);
      const client = new ApiClient(api.url);
      const { id } = await client.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

      const { task_id: task } = await client.publish(id, { n: 1 });

      expect(await client.untilFinal(task)).toMatchObject({ status: 'delivered' });
      expect(await eventually(() => valuesOf(worker, 'webhook_build_info'))).toEqual(
        new Map([
          ['1', 1],
          ['2', 1],
        ]),
      );
      expect(await worker.stop()).toBe(0);
    });
  });

  /** These share a supervisor, whose processes end one after another. */
  describe('of which one ends', () => {
    let service: ServiceProcess;
    let api: ApiClient;

    beforeAll(async () => {
      const settings = settingsWith({ WEBHOOK_TIMEOUT: '3', LEASE_GRACE: '1' });
      service = await startService({ entry: 'main', settings });
      api = new ApiClient(service.url);
    });

    afterAll(() => service.kill());

    const untilReplaced = (times: number): Promise<LogLine[]> =>
      eventually(() => linesOf(service, 'process.replaced'), { until: ({ length }) => length === times });
    /** Of the process that has this number now. */
    const pidOf = (number: number): number => {
      const replaced = linesOf(service, 'process.replaced').findLast(({ process: each }) => each === number);
      return (replaced?.['started_pid'] as number | undefined) ?? pidsOf(service)[number - 1]!;
    };

    it('replace it, and lose nothing that was accepted', async () => {
      // Attempts that are in flight when the process is killed, in either process.
      receiver.script('/hook', hang(), hang(), respond(200));
      const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
      const accepted = await Promise.all(Array.from({ length: 40 }, (_, n) => api.publish(id, { n })));
      await eventually(() => receiver.requestsTo('/hook'), { until: ({ length }) => length > 0 });

      process.kill(pidOf(1), 'SIGKILL');
      await eventually(() => linesOf(service, 'process.ended'), { until: ({ length }) => length === 1 });
      const meanwhile = await api.publish(id, { n: 40 });
      await untilReplaced(1);

      for (const { task_id: task } of [...accepted, meanwhile]) {
        expect(await api.untilFinal(task, 60_000)).toMatchObject({ status: 'delivered' });
      }
      const bodies = receiver.requestsTo('/hook').map(({ body }) => (JSON.parse(String(body)) as { n: number }).n);
      expect([...new Set(bodies)].sort((a, b) => a - b)).toEqual(Array.from({ length: 41 }, (_, n) => n));
      expect(linesOf(service, 'process.ended')[0]).toMatchObject({ process: 1, signal: 'SIGKILL', level: 50 });
      expect(await eventually(() => valuesOf(service, 'webhook_processes'))).toEqual(new Map([['supervisor', 2]]));
      expect(sumOf(await valuesOf(service, 'webhook_processes_replaced_total'))).toBe(1);
    });

    it('leave one connection at most to a process that is stuck, and close it when that process dies', async () => {
      const stuck = pidOf(1);
      process.kill(stuck, 'SIGSTOP');

      const outcomes: unknown[] = [];
      const calls = Array.from({ length: 4 }, () =>
        statusOf(`${service.url}/health/live`, new Agent()).then(
          (status) => outcomes.push(status),
          (error: unknown) => outcomes.push((error as NodeJS.ErrnoException).code),
        ),
      );
      await eventually(() => outcomes, { until: ({ length }) => length === 3 });
      process.kill(stuck, 'SIGKILL');
      await Promise.all(calls);

      expect(outcomes).toEqual([200, 200, 200, 'ECONNRESET']);
      await untilReplaced(2);
    });

    it('replace one that somebody ended in order', async () => {
      process.kill(pidOf(2), 'SIGTERM');
      await untilReplaced(3);

      expect(linesOf(service, 'process.ended').at(-1)).toMatchObject({ process: 2, exit_code: 0, level: 40 });
      expect(await service.stop()).toBe(0);
    });
  });

  describe('that go down', () => {
    it('drain after a signal to all of them, answer what has begun, and exit with 0', async () => {
      const service = await start({ SHUTDOWN_DRAIN: '60' });
      const api = new ApiClient(service.url);
      const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
      const pids = pidsOf(service);

      // As systemd and a terminal do.
      for (const pid of [service.pid, ...pids]) process.kill(pid, 'SIGTERM');
      await eventually(() => linesOf(service, 'shutdown.draining'), { until: ({ length }) => length === 2 });
      const { status } = await fetch(`${service.url}/health/ready`);
      const { task_id: task } = await api.publish(id, { n: 1 });

      expect(status).toBe(503);
      expect(await api.untilFinal(task)).toMatchObject({ status: 'delivered' });
      let answer: () => void = () => undefined;
      receiver.script('/hook', (response) => (answer = () => response.end()));
      await api.publish(id, { n: 2 });
      await eventually(() => receiver.requests, { until: ({ length }) => length === 2 });
      service.signal('SIGTERM');
      // The other process waits for the answer.
      await eventually(() => linesOf(service, 'service.stopped'), { until: ({ length }) => length === 1 });
      answer();
      expect(await service.exited).toBe(0);
      expect(pids.filter(isRunning)).toEqual([]);
      expect(await database.query('select 1 from open_deliveries')).toEqual([]);
    });

    it('end when their supervisor is killed, and finish what is in flight', async () => {
      const service = await start();
      const api = new ApiClient(service.url);
      let answer: () => void = () => undefined;
      receiver.script('/hook', (response) => (answer = () => response.end()), respond(200));
      const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
      await api.publish(id, { n: 1 });
      await eventually(() => receiver.requests, { until: ({ length }) => length === 1 });
      const pids = pidsOf(service);

      service.signal('SIGKILL');
      await eventually(() => isRunning(service.pid), { until: (isUp) => !isUp });
      answer();

      await eventually(() => pids.filter(isRunning), { until: ({ length }) => length === 0 });
      expect(receiver.requests).toHaveLength(1);
      expect(await database.query('select 1 from open_deliveries')).toEqual([]);
    });
  });

  describe('that cannot start', () => {
    const failureOf = async (more: Record<string, string>): Promise<ServiceProcess> => {
      const service = await spawnService({ entry: 'main', settings: settingsWith(more) });
      running.push(service);
      expect(await service.exited).toBe(1);
      return service;
    };

    it('say once that the port is taken', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;

      const service = await failureOf({ PORT: String(port), PROCESSES: '3' });
      other.close();

      expect(service.output().match(/"msg":"start.failed"/g)).toHaveLength(1);
      expect(service.output()).toContain(`EADDRINUSE 127.0.0.1:${port}`);
      expect(linesOf(service, 'service.stopped').at(-1)).toMatchObject({ reason: 'start failed', exit_code: 1 });
    });

    it('say once that the database does not exist', async () => {
      const url = new URL(database.url);
      url.pathname = '/nowhere';

      const service = await failureOf({ DATABASE_URL: url.href });

      expect(service.output().match(/"msg":"start.(failed|refused)"/g)).toHaveLength(1);
    });

    it.each([
      ['0', 'PROCESSES must be a whole number from 1 to 64, or auto, not \\"0\\"'],
      ['65', 'PROCESSES must be a whole number from 1 to 64, or auto'],
      ['many', 'PROCESSES must be a whole number from 1 to 64, or auto'],
    ])('say once what is wrong with PROCESSES=%s', async (count, message) => {
      const service = await failureOf({ PROCESSES: count });

      expect(service.output().trimEnd().split('\n')).toEqual([expect.stringContaining(message)]);
    });

    it('say that they need Redis', async () => {
      const service = await failureOf({ REDIS_URL: '' });

      expect(service.output().trimEnd().split('\n')).toEqual([
        expect.stringContaining('PROCESSES must be 1 without REDIS_URL, not 2'),
      ]);
    });
  });
});

function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume().once('end', () => { resolve(answer.statusCode); }); // prettier-ignore
    }).once('error', reject);
  });
}
