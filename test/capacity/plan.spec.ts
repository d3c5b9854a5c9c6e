import { parseCommand, type Question } from './options.js';
import { fullMachine, type Plan, planFor } from './plan.js';
import { describePlan } from './report.js';
import { SAMPLE_UNITS } from './samples.js';
import type { Costs, Units } from './units.js';

const questionOf = (args: string): Question => {
  const command = parseCommand(args.split(' '));
  if (command.does !== 'calculate') throw new Error(command.does);
  return command.question;
};
const plan = (args: string, yardstick: number | null = null): Plan =>
  planFor(SAMPLE_UNITS, questionOf(args), yardstick);
const text = (args: string): string => describePlan(plan(args), questionOf(args), SAMPLE_UNITS);
const FREE: Costs = { busy: 0, event: 0, delivery: 0, retry: 0, kilobyte: 0 };
const { together, apart } = SAMPLE_UNITS.cpu;
/** Direct hand-over sends nothing through Redis. */
const WITHOUT_REDIS: Units = { ...SAMPLE_UNITS, cpu: { together: { ...together, redis: FREE }, apart } };
const partOf = ({ parts }: Plan, name: string) => parts.find(({ part }) => part === name)!;

describe('a plan', () => {
  it('adds what a process, an event, a delivery and its payload cost', () => {
    const { parts } = plan('--rate 1000 --fanout 3 --payload 2k');

    // 1,000 events of 40 µs, 3,000 deliveries of 60 µs and 4,000 payloads of 2 KB make 0.228.
    expect(parts.map(({ part, processes, cores }) => [part, processes, Number(cores.expected.toFixed(6))])).toEqual([
      ['service', 1, 0.428],
      ['postgres', 1, 0.172],
      ['redis', 1, 0.033],
    ]);
  });

  it('adds processes before a rate is more than 60 % of what fills their cores', () => {
    // 10,000 events and deliveries cost one core, beside the 0.2 that each process takes by itself.
    expect(partOf(plan('--rate 4700 --payload 1'), 'service').processes).toBe(1);
    expect(partOf(plan('--rate 4900 --payload 1'), 'service').processes).toBe(2);
    expect(partOf(plan('--rate 20k --payload 1'), 'service').processes).toBe(5);
  });

  it('counts API and workers separately when they are apart', () => {
    const { parts, connections } = plan('--rate 10k --fanout 2 --payload 1 --shape apart');

    expect(parts.map(({ part, processes }) => [part, processes])).toEqual([
      ['api', 2],
      ['worker', 3],
      ['postgres', 1],
      ['redis', 1],
    ]);
    expect(connections).toEqual({ postgres: 100, redis: 25 });
  });

  it('repeats failed attempts up to the fifth', () => {
    const { amounts } = plan('--rate 1000 --failing 50%');

    expect(amounts.retries).toBeCloseTo(1000 * (0.5 + 0.25 + 0.125 + 0.0625), 6);
  });

  it('scales CPU, and nothing else, to a machine with another yardstick', () => {
    const [here, there] = [plan('--rate 100'), plan('--rate 100', 40)];

    expect(partOf(there, 'postgres').cores.expected).toBeCloseTo(2 * partOf(here, 'postgres').cores.expected, 9);
    expect(there.disk).toEqual(here.disk);
  });

  it('gives a range as wide as the largest error of that part', () => {
    const { cores } = partOf(plan('--rate 1000'), 'service');

    expect([cores.low / cores.expected, cores.high / cores.expected]).toEqual([
      expect.closeTo(1 / 1.1, 9) as unknown,
      expect.closeTo(1.1, 9) as unknown,
    ]);
  });

  it('leaves half of the requests in flight free, and adds workers when one cannot hold them', () => {
    expect(plan('--rate 1000 --latency 100ms').inFlight).toEqual({ total: 100, concurrency: 256 });
    expect(plan('--rate 1000 --latency 1s').inFlight).toEqual({ total: 1000, concurrency: 2000 });

    const slow = plan('--rate 1000 --latency 30s');
    expect(slow.inFlight).toEqual({ total: 30_000, concurrency: 10_000 });
    expect(partOf(slow, 'service').processes).toBe(6);
  });

  it.each([
    ['together', 'once', 1],
    ['apart', 'twice', 2],
  ])('counts how often a payload travels between service and PostgreSQL: %s, %s', (shape, _, times) => {
    const { network } = plan(`--rate 1000 --payload 1k --fanout 3 --shape ${shape}`);

    expect(network.postgres).toBeCloseTo(times * 1000 * 1000 * 8, 3);
  });

  it('keeps rows, indexes and answers for the retention and today', () => {
    const { disk } = plan('--rate 10 --payload 2k --fanout 3 --retention 9 --response 100');

    const perEvent = 200 + 2 * 1050 + 3 * (220 + 140 + 100);
    expect(disk.perDay.expected).toBeCloseTo(10 * perEvent * 86_400, 0);
    expect(disk.kept.expected).toBeCloseTo(10 * disk.perDay.expected, 0);
  });

  it.each([
    ['disk', '--rate 50k --fanout 3 --disk 4t'],
    ['PostgreSQL', '--rate 50k --retention 1 --disk 900t --cores 2'],
    ['Redis', '--rate 50k --retention 1 --disk 1000t --cores 64'],
  ])('names %s when that is full first', (what, args) => {
    const { limits } = plan(args);

    expect(limits[0]!.what).toBe(what);
    expect(limits.map(({ eventsPerSecond }) => eventsPerSecond)).toEqual(
      limits.map(({ eventsPerSecond }) => eventsPerSecond).toSorted((a, b) => a - b),
    );
  });

  it('names a rate at which the first part is just full', () => {
    const [first] = plan('--rate 50k --retention 1 --disk 900t --cores 2').limits;

    // Six processes take 0.6 cores of PostgreSQL, and 45,161 events and deliveries a second of 31 µs the other 1.4.
    expect(first!.eventsPerSecond).toBeCloseTo(0.6 * ((2 - 0.6) / 31e-6), 0);
  });
});

describe('what costs nothing', () => {
  it('is never full', () => {
    const question = questionOf('--rate 50k');
    const { limits } = planFor(WITHOUT_REDIS, question, null);

    expect(limits.map(({ what }) => what)).toEqual(['disk', 'PostgreSQL']);
    expect(describePlan(planFor(WITHOUT_REDIS, question, null), question, WITHOUT_REDIS)).not.toMatch(/Redis \(60 %/);
  });

  it('ends no plan', () => {
    const free: Units = {
      ...WITHOUT_REDIS,
      cpu: { together: { service: FREE, postgres: FREE, redis: FREE }, apart },
      disk: { event: 0, kilobyte: 0, delivery: 0, attempt: 0 },
    };
    const question = questionOf('--rate 50k --response 0');

    expect(describePlan(planFor(free, question, null), question, free)).toContain('ends first   nothing');
    expect(fullMachine(free, question)).toBe(Infinity);
  });

  it('widens no range', () => {
    const errors = [
      ...SAMPLE_UNITS.errors,
      { load: 'some', what: 'cores of redis', predicted: 0, measured: 0.001 },
      { load: 'some', what: 'cores of redis', predicted: 0.002, measured: 0.001 },
      { load: 'some', what: 'cores of redis', predicted: 0.001, measured: 0 },
    ];
    const { cores } = partOf(planFor({ ...SAMPLE_UNITS, errors }, questionOf('--rate 1000'), null), 'redis');

    expect(cores.high / cores.expected).toBeCloseTo(2, 9);
  });
});

describe('the text of a plan', () => {
  it('shows what is small as small, not as 0', () => {
    const report = text('--rate 0.002 --fanout 0.01');

    expect(report).toContain('0.002 events/s of 1 KB to 0.01 each: 0.00002 deliveries/s, 0.00002 attempts/s');
    expect(report).toMatch(/^API \+ worker +0\.000002 \(/m);
    expect(report).toContain('enough for 0.002/s');
  });

  it('says that a rate fits, and what it takes', () => {
    const report = text('--rate 500 --retention 7 --disk 4t');

    expect(report).toContain('500 events/s of 1 KB to 1 each: 500 deliveries/s, 500 attempts/s');
    expect(report).toMatch(/API \+ worker +0\.25 \(0\.23 to 0\.28\) +1/);
    expect(report).toContain('enough for 500/s');
    expect(report).not.toContain('NOT');
    expect(report).toContain('WORKER_CONCURRENCY=256');
    expect(report).toContain('Unit costs of commit 0123456 on 2 cores, where a bare POST takes 20 µs');
  });

  it('says what ends first, what to do, and that it goes far beyond what was measured', () => {
    const report = text('--rate 50k --fanout 3 --payload 2k');

    expect(report).toMatch(/ends first +disk, at [\d,]+ events\/s: NOT enough for 50,000\/s/);
    expect(report).toMatch(/^then +disk: a shorter --retention, a larger volume \(--disk\), or \d+ installations/m);
    expect(report).toMatch(/^ +PostgreSQL: a larger machine for PostgreSQL \(--cores\), or \d+ installations/m);
    expect(report).toContain('\nThis is about 75 times the fastest measured load (2,000 deliveries/s).\nThe model');
    expect(report).toMatch(/set max_connections to \d/);
  });
});
