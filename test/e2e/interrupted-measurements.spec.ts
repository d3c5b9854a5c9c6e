import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_UNITS } from '../capacity/samples.js';
import { builtFile } from '../support/built-file.js';
import { eventually } from '../support/eventually.js';
import { compileCache } from '../support/faster-starts.js';

const BENCH = ['bench/bench.main.js', '--scenario', 'rates', '--layout', 'one', '--scale', '0.1'];
const CAPACITY = ['capacity/capacity.main.js', '--check', '--from', 'costs.json'];
/** Servers start in seconds, and more slowly beside other tests. */
const START = { timeoutMs: 90_000, intervalMs: 200 };

describe('a measurement that is interrupted', () => {
  let directory: string;
  let measurement: ChildProcess | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-interrupted-spec-'));
    await writeFile(join(directory, 'costs.json'), JSON.stringify(SAMPLE_UNITS));
  });

  afterEach(async () => {
    measurement?.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  const leftovers = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.startsWith('webhooks-'));

  /** Processes that work in the directory, or whose command line or environment names it. */
  const processes = async (): Promise<string[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`);
    return pids.filter((pid) => {
      try {
        const text = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1')).join();
        return `${readlinkSync(`/proc/${pid}/cwd`)} ${text}`.includes(directory);
      } catch {
        return false;
      }
    });
  };

  it.each([
    ['the bench', 'SIGINT', 130, BENCH],
    ['the bench', 'SIGHUP', 129, BENCH],
    ['npm run capacity', 'SIGTERM', 143, CAPACITY],
    ['npm run capacity', 'SIGHUP', 129, CAPACITY],
  ] as const)('ends in order: %s, by %s', async (_, signal, code, [program, ...args]) => {
    const env = { ...process.env, TMPDIR: directory, NODE_COMPILE_CACHE: '', ...compileCache() };
    const child = spawn(process.execPath, [builtFile(`test/${program}`), ...args], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    measurement = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
    // PostgreSQL, Redis and the service run.
    await eventually(async () => {
      const commands = await Promise.all((await processes()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1')));
      expect(commands.join('\n')).toMatch(/src\/main\.js/);
    }, START);
    // A terminal that closes takes no output either.
    if (signal === 'SIGHUP') child.stdout.destroy();
    child.kill(signal);

    expect({ ended: await ended, stderr }).toEqual({ ended: [code, null], stderr: '' });
    expect(await leftovers()).toEqual([]);
    await eventually(async () => {
      expect(await processes()).toEqual([]);
    });
  });
});
