import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { VERSION } from '../../src/shared/version.js';
import { builtFile } from '../support/built-file.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { runBuilt } from '../support/run-built.js';
import { type LogLine, type ServiceOptions, spawnService, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Nothing listens there. */
const REFUSING = 'postgres://127.0.0.1:1/none';

/** @throws SyntaxError if a line is not JSON */
function linesOf(output: string): LogLine[] {
  const lines = output.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as LogLine);
}

describe('every line that a process writes is JSON, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let taken: Server;

  beforeAll(async () => {
    database = await createTestDatabase();
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
  });

  afterAll(async () => {
    taken.close();
    await database.drop();
  });

  const INVALID = { PORT: '99999', MAX_RETRIES: 'many' };
  const FAULTS = [expect.stringMatching(/^PORT must be /), expect.stringMatching(/^MAX_RETRIES must be /)];
  it.each<[string, ServiceOptions['entry'], () => Record<string, string>, object]>([
    ['invalid settings', 'main', () => INVALID, { msg: 'start.refused', faults: FAULTS }],
    [
      'invalid settings, and a log that is silent',
      'main.worker',
      () => ({ ...INVALID, LOG_LEVEL: 'silent' }),
      { msg: 'start.refused', faults: FAULTS },
    ],
    ['no Redis between two processes', 'main.api', () => ({ REDIS_URL: '' }), { msg: 'start.refused' }],
    ['no PostgreSQL', 'main.worker', () => ({ DATABASE_URL: REFUSING }), { msg: 'start.failed' }],
    [
      'a port that is taken, and a log that is silent',
      'main.api',
      () => ({ PORT: String((taken.address() as AddressInfo).port), LOG_LEVEL: 'silent' }),
      { msg: 'start.failed', err: { code: 'EADDRINUSE' } },
    ],
  ])('when a start fails: %s', async (_what, entry, given, line) => {
    const service = await spawnService({ entry, settings: fastSettings(database, given()) });

    expect(await service.exited).toBe(1);
    const failure = linesOf(service.output()).find(({ msg }) => msg.startsWith('start.'));
    expect(failure).toMatchObject({ level: 50, version: VERSION, ...line });
  });

  it.each([
    ['main.migrate', 'migration'],
    ['main.reencrypt', 'reencryption'],
  ])('when a program runs once, and when it fails: %s', async (program, event) => {
    const settings = fastSettings(database);
    const done = await runBuilt(`src/${program}.js`, settings);
    const refused = await runBuilt(`src/${program}.js`, { ...settings, MAX_RETRIES: 'many' });
    const failed = await runBuilt(`src/${program}.js`, { ...settings, DATABASE_URL: REFUSING });

    expect([done, refused, failed].map(({ code }) => code)).toEqual([0, 1, 1]);
    const outcomes = [done, refused, failed].map(({ stdout, stderr }) => linesOf(stdout + stderr).at(-1)?.msg);
    expect(outcomes).toEqual([`${event}.finished`, `${event}.refused`, `${event}.failed`]);
  });

  it('from the first line, with versions and settings, to the last, with the reason', async () => {
    const settings = fastSettings(database, { EGRESS_PROXY_URL: 'http://me:hunter2@proxy.internal:3128' });
    const service = await startService({
      entry: 'main.worker',
      settings,
      preloads: [builtFile('test/faults/preloads/stray-output.js')],
    });
    service.signal('SIGUSR2');
    const printed = await eventually(() => service.logs.filter(({ msg }) => msg === 'library.printed'), {
      until: ({ length }) => length === 2,
    });
    expect(await service.stop()).toBe(0);

    const lines = linesOf(service.output());
    expect(lines[0]).toMatchObject({
      msg: 'service.starting',
      version: VERSION,
      role: 'worker',
      node: process.versions.node,
      pid: service.pid,
      migrations: expect.any(Number) as number,
      settings: { EGRESS_PROXY_URL: 'http://proxy.internal:3128', WEBHOOK_TIMEOUT: 1, ENCRYPTION_KEYS: '[redacted]' },
    });
    expect(lines.at(-1)).toMatchObject({ msg: 'service.stopped', reason: 'SIGTERM', exit_code: 0, is_forced: false });
    expect(lines.find(({ msg }) => msg === 'process.warning')).toMatchObject({
      level: 40,
      type: 'DeprecationWarning',
      code: 'DEP0170',
    });
    expect(printed).toMatchObject([
      { level: 50, text: expect.stringMatching(/^Unhandled error event: Error: lost\n.* \[object\]$/s) as string },
      { level: 30, text: 'two words' },
    ]);
    expect(service.output()).not.toContain('hunter2');
  });
});
