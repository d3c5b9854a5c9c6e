import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InvalidArguments, readArguments } from '../bench/arguments.js';
import { compare, comparisonTable } from '../bench/comparison.js';
import { bestLayout } from '../bench/layout.js';
import type { Result } from '../bench/measure.js';
import { SCENARIOS } from '../bench/scenarios/index.js';
import { SeenAttempts } from '../bench/seen-attempts.js';
import { compileCache } from '../support/faster-starts.js';

const BENCH = fileURLToPath(new URL('../../dist/test/bench/bench.main.js', import.meta.url));
/** Shorter than the timeout of the test, so that a hanging bench can be told from a hanging test. */
const TIMEOUT_MS = 170_000;

const run = promisify(execFile);
const aNumber: unknown = expect.any(Number);
const anything: unknown = expect.anything();

type BenchResult = Result & Required<Pick<Result, 'notes'>>;

describe('the bench, with PostgreSQL, Redis, the service, receiver and load generator as processes of their own', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-bench-spec-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** The bench puts its temporary directories into this one, so that the test sees what it leaves. */
  const bench = (...args: string[]) => {
    const env = { ...process.env, TMPDIR: directory, NODE_COMPILE_CACHE: '', ...compileCache() };
    return run(process.execPath, [BENCH, ...args], { env, timeout: TIMEOUT_MS });
  };

  /** @returns what `--json` wrote */
  const resultsOf = async (...args: string[]): Promise<BenchResult[]> => {
    const file = join(directory, 'results.json');
    await bench(...args, '--json', file);
    return JSON.parse(await readFile(file, 'utf8')) as BenchResult[];
  };

  it('delivers all that it publishes, signed and once, and reports what it costs', async () => {
    const [result, ...others] = await resultsOf('--scenario', 'single', '--layout', 'processes', '--scale', '0.01');

    const percentiles = { p50: aNumber, p99: aNumber };
    const parts = { service: aNumber, postgres: aNumber, redis: aNumber };
    expect(others).toEqual([]);
    expect(result).toEqual({
      scenario: 'single',
      layout: 'processes',
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
    expect((await readdir(directory)).filter((name) => name.startsWith('webhooks-'))).toEqual([]);
  });

  it('reports each rate with its targets for latency and for CPU', async () => {
    const results = await resultsOf('--scenario', 'rates', '--layout', 'apart', '--scale', '0.02');

    expect(results.map(({ variant, layout }) => `${variant} ${layout}`)).toEqual(['100/s apart', '500/s apart']);
    for (const result of results) {
      expect(Object.keys(result.rss_mb)).toEqual(['api', 'worker', 'postgres', 'redis']);
      expect(Object.keys(result.notes)).toEqual([
        expect.stringMatching(/^target end to end p50 <= [\d.]+ ms$/),
        expect.stringMatching(/^target CPU <= \d+ µs \(\d+ at 28 µs a yardstick\)$/),
      ]);
    }
  });

  it('searches a history that it makes, and reports the times of each kind of search', async () => {
    const [result, ...others] = await resultsOf('--scenario', 'search', '--scale', '0.001');

    expect(others).toEqual([]);
    expect(result).toMatchObject({ scenario: 'search', layout: 'one', ingest_ms: null, end_to_end_ms: null });
    expect(result!.notes).toHaveProperty(
      ['deliveries, of which unfinished'],
      expect.stringMatching(/^\d{4,5}, \d{3,4}$/) as string,
    );
    const targets = Object.entries(result!.notes).filter(([name]) => name.startsWith('target '));
    expect(targets).toHaveLength(36);
    for (const [name, seen] of targets) {
      expect(name).toMatch(/^target [a-z, ]+: p95 <= (50|150) ms$/);
      expect(seen).toMatch(/reached: p50 [\d.]+, p95 [\d.]+ ms; \d+ % of the pages whole$/);
    }
  });

  it('explains its options and lists its scenarios with --help', async () => {
    const { stdout, stderr } = await bench('--help', '--scale', '0.1');

    expect(stderr).toBe('');
    expect(stdout).toContain('npm run bench -- [--scenario NAME]');
    expect(stdout).toMatch(/^ +--statements +\w/m);
    for (const scenario of Object.keys(SCENARIOS)) expect(stdout).toMatch(new RegExp(`[ ,]${scenario}[,\n]`));
  });

  it.each([
    ['an argument', ['--scenario', 'double'], /^There is no scenario double; there are single, fanout[^\n]*\n$/],
    ['a commit', ['--against', 'no-such-commit'], /^There is no commit no-such-commit in this repository\. [^\n]*\n$/],
    ['a commit that is an option', ['--against=--all'], /^There is no commit --all in this repository\. [^\n]*\n$/],
  ])('measures nothing, and says why in a line, if it refuses %s', async (_, args, message) => {
    const failure: unknown = await bench(...args).catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) as string });
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('the arguments of the bench', () => {
  it('leave a scenario its layouts unless they name one', () => {
    expect(readArguments(['--scenario', 'single'])).toMatchObject({
      chosen: [{ name: 'single', layouts: ['processes', 'apart'] }],
    });
    expect(readArguments(['--scenario', 'single', '--layout', 'one'])).toMatchObject({
      chosen: [{ name: 'single', layouts: ['one'] }],
    });
  });

  it.each([
    ['the available scenarios', ['--scenario', 'double'], 'There is no scenario double; there are single, fanout'],
    ['the available layouts', ['--layout', 'two'], 'There is no layout two; there are apart, one, processes'],
    ['the layout of a scenario', ['--scenario', 'workers', '--layout', 'one'], 'workers runs only in the layout apart'],
    [
      'a wrong number of rounds',
      ['--against', 'HEAD', '--rounds', '0'],
      '--rounds must be a whole number from 1 to 99',
    ],
    ['rounds without a comparison', ['--rounds', '3'], '--rounds needs --against'],
    ['a wrong scale', ['--scale', 'full'], '--scale must be a number above 0, not full'],
    ['a scale without an end', ['--scale', 'Infinity'], '--scale must be a number above 0, not Infinity'],
    ['an empty scale', ['--scale='], '--scale needs a value, such as --scale 0.1'],
    ['an empty commit', ['--against', ''], '--against needs a value, such as --against HEAD~1'],
    ['a directory for the results', ['--json', '.'], '--json . is a directory: name a file in it'],
    ['a directory that is missing', ['--json', 'none/x.json'], '--json none/x.json cannot be written: create its'],
    ['all options', ['--quick'], 'Usage: npm run bench -- [--scenario NAME]'],
  ])('are refused with %s', (_, args, message) => {
    const reading = (): unknown => readArguments(args);

    expect(reading).toThrow(InvalidArguments);
    expect(reading).toThrow(message);
  });
});

describe('the layouts of a build', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-bench-spec-'));
    await mkdir(join(directory, 'dist', 'src'), { recursive: true });
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const buildWith = async (entries: readonly string[], settings = '') => {
    for (const entry of entries) await writeFile(join(directory, 'dist', 'src', `${entry}.js`), '');
    await writeFile(join(directory, '.env.example'), settings);
    return { name: 'old', directory };
  };

  it('include several processes once there is a setting for them', async () => {
    const without = bestLayout(
      await buildWith(['main', 'main.api', 'main.worker'], '# PROCESSES_MAX=1\n'),
      'processes',
    );
    const withIt = bestLayout(await buildWith([], '# Processes.\n# PROCESSES=1\n'), 'processes');

    expect([without, withIt]).toEqual(['apart', 'processes']);
  });

  it('are replaced by the best that an old commit has', async () => {
    const build = await buildWith(['main']);

    expect(bestLayout(build, 'processes')).toBe('one');
    expect(() => bestLayout(build, 'apart')).toThrow('old cannot run in the layout apart');
  });
});

describe('a comparison with another commit', () => {
  const aResult = (given: Partial<Result>, cpuUs: number, p50 = 10): Result => ({
    scenario: 'single',
    layout: 'apart',
    deliveries_per_second: 1000,
    cpu_us_per_delivery: { total: cpuUs },
    yardstick_us: 28,
    ingest_ms: null,
    end_to_end_ms: { p50, p99: 100 },
    rss_mb: {},
    ...given,
  });
  const there = [aResult({}, 200), aResult({}, 100), aResult({}, 120)];

  it('divides the medians of all rounds', () => {
    const [compared] = compare([aResult({}, 60, 4), aResult({}, 84, 8)], there, true);

    expect(compared).toMatchObject({ scenario: 'single', layout: 'apart', layout_there: 'apart' });
    expect(compared?.figures).toEqual([
      { figure: 'CPU µs', there: 120, here: 72, ratio: 0.6, ratio_of_best: 0.6 },
      { figure: 'end to end p50 ms', there: 10, here: 6, ratio: 0.6, ratio_of_best: 0.4 },
      { figure: 'per second', there: 1000, here: 1000, ratio: 1, ratio_of_best: 1 },
    ]);
  });

  it.each([
    [90, '<= 0.75 reached'],
    [91, '<= 0.75 NOT reached'],
  ])('judges a promised ratio: %d µs instead of 120', (cpuUs, target) => {
    const here = [aResult({ layout: 'processes' }, cpuUs)];

    expect(compare(here, there, true)[0]?.figures[0]).toHaveProperty('target', target);
    expect(compare(here, there, false)[0]?.figures[0]).not.toHaveProperty('target');
  });

  it('pairs the variants that both have', () => {
    const here = ['20/s', '100/s'].map((variant) => aResult({ scenario: 'rates', variant, layout: 'one' }, 50));
    const old = ['100/s', '500/s'].map((variant) => aResult({ scenario: 'rates', variant, layout: 'one' }, 100));

    const compared = compare(here, old, true);

    expect(compared.map(({ variant }) => variant)).toEqual(['100/s']);
    expect(comparisonTable(compared, 'old').split('\n')[1]).toMatch(
      /^rates 100\/s +one +one +CPU µs +100 +50 +0\.50 +0\.50 +<= 0\.55 reached$/,
    );
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
