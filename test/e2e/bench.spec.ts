import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SeenAttempts } from '../bench/seen-attempts.js';

const BENCH = fileURLToPath(new URL('../../dist/test/bench/bench.main.js', import.meta.url));
/** Shorter than the timeout of the test, so that a hanging bench can be told from a hanging test. */
const TIMEOUT_MS = 170_000;

const run = promisify(execFile);
const aNumber: unknown = expect.any(Number);
const anything: unknown = expect.anything();

describe('the bench, with PostgreSQL, Redis, API, worker, receiver and load generator as processes of their own', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-bench-spec-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** The bench puts its temporary directories into this one, so that the test sees what it leaves. */
  const bench = (...args: string[]) => {
    const env = { ...process.env, TMPDIR: directory, NODE_COMPILE_CACHE: '' };
    return run(process.execPath, [BENCH, ...args], { env, timeout: TIMEOUT_MS });
  };

  it('delivers all that it publishes, signed and once, and reports the cost', async () => {
    const file = join(directory, 'result.json');

    const { stdout } = await bench('--scenario', 'single', '--scale', '0.01', '--json', file);

    const result = JSON.parse(await readFile(file, 'utf8')) as object;
    const percentiles = { p50: aNumber, p99: aNumber };
    const parts = { api: aNumber, worker: aNumber, postgres: aNumber, redis: aNumber };
    expect(result).toEqual({
      scenario: 'single',
      deliveries_per_second: aNumber,
      cpu_us_per_delivery: { ...parts, total: aNumber },
      yardstick_us: aNumber,
      ingest_ms: percentiles,
      end_to_end_ms: percentiles,
      rss_mb: parts,
      notes: anything,
    });
    // The receiver checks the first hundred signatures, and then every hundredth.
    expect(result).toHaveProperty('notes.deliveries', 600);
    expect(result).toHaveProperty(['notes', 'signatures checked, wrong'], '105, 0');
    expect(stdout).toContain('single');
    expect((await readdir(directory)).filter((name) => name.startsWith('webhooks-'))).toEqual([]);
  });

  it('names the available scenarios when asked for an unknown one', async () => {
    const failure: unknown = await bench('--scenario', 'double').catch((error: unknown) => error);

    expect(failure).toHaveProperty('code', 1);
    expect(failure).toHaveProperty('stderr', expect.stringContaining('there are single, fanout'));
  });
});

describe('the memory of the bench receiver', () => {
  const attempts = Array.from({ length: 40_000 }, (_, n) => `dlv_01k6zv1yqpe7rtqq6zjy${n.toString(32)}/1`);

  it('recognizes each attempt, and mistakes none for another', () => {
    const seen = new SeenAttempts();

    expect(attempts.filter((attempt) => !seen.add(attempt))).toEqual([]);
    expect(attempts.filter((attempt) => seen.add(attempt))).toEqual([]);
  });
});
