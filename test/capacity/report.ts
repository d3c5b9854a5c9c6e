import type { Question } from './options.js';
import type { Limit, Plan, Range } from './plan.js';
import type { Part, Units } from './units.js';

const NAMES: Readonly<Record<Part, string>> = {
  service: 'API + worker',
  api: 'API',
  worker: 'worker',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};

/** Text of a plan. */
export function describePlan(plan: Plan, question: Question, units: Units): string {
  const { amounts, parts, connections, inFlight, network, disk, limits } = plan;
  const attempts = amounts.deliveries + amounts.retries;
  const rows = [
    ['part', 'cores (range)', 'processes'],
    ...parts.map(({ part, cores, processes }) => [NAMES[part], rangeText(cores, coresText), `${processes}`]),
  ];
  return [
    `${figure(question.rate)} events/s of ${bytes(question.payload)} to ${figure(question.fanout)} each: ` +
      `${figure(amounts.deliveries)} deliveries/s, ${figure(attempts)} attempts/s`,
    '',
    ...table(rows),
    '',
    `service      ${machines(plan, question)}, ${bytes(plan.memoryMb * 1e6)} of memory`,
    `connections  PostgreSQL up to ${figure(connections.postgres)}, Redis ${figure(connections.redis)}${pools(plan)}`,
    `in flight    ${figure(inFlight.total)} requests to receivers: WORKER_CONCURRENCY=${inFlight.concurrency}`,
    `network      from publishers ${bits(network.publishers)}, to and from receivers ${bits(network.receivers)}, ` +
      `payloads to and from PostgreSQL ${bits(network.postgres)}`,
    `disk         ${rangeText(disk.perDay, bytes)} a day, ${rangeText(disk.kept, bytes)} for ${question.retention} days and today`,
    `WAL          ${rangeText(plan.walPerSecond, bytes)} a second`,
    '',
    ...ending(limits, question),
    '',
    ...basis(plan, question, units),
    '',
  ].join('\n');
}

function machines({ machines: needed }: Plan, { cores }: Question): string {
  return `${needed} ${needed === 1 ? 'machine' : 'machines'} of ${cores} cores, full at 1.67 times this rate`;
}

/** PostgreSQL allows 100 connections by default. */
function pools({ connections }: Plan): string {
  if (connections.postgres + 10 <= 100) return '';
  return `; set max_connections to ${connections.postgres + 10} or more, or lower DATABASE_POOL_SIZE`;
}

function ending(limits: readonly Limit[], question: Question): string[] {
  const [first] = limits;
  if (first === undefined) return ['ends first   nothing: no part costs more at a higher rate'];
  const tooSmall = limits.filter(({ eventsPerSecond }) => eventsPerSecond < question.rate);
  const full = limits.map((limit) => `${whatText(limit.what, question)} at ${figure(limit.eventsPerSecond)}/s`);
  const advised = tooSmall.length === 0 ? [first] : tooSmall;
  return [
    `ends first   ${first.what}, at ${figure(first.eventsPerSecond)} events/s: ` +
      `${tooSmall.length === 0 ? 'enough' : 'NOT enough'} for ${figure(question.rate)}/s`,
    `full         ${full.join('; ')}`,
    ...advised.map((limit, n) => `${(n === 0 ? 'then' : '').padEnd(13)}${limit.what}: ${advice(limit, question)}`),
  ];
}

function whatText(what: Limit['what'], { cores, disk }: Question): string {
  if (what === 'PostgreSQL') return `PostgreSQL (60 % of what fills ${cores} cores)`;
  return what === 'Redis' ? 'Redis (60 % of what fills its core)' : `disk (80 % of ${bytes(disk)})`;
}

function advice({ what, eventsPerSecond }: Limit, { rate }: Question): string {
  const installations = Math.ceil(rate / eventsPerSecond);
  const several = installations > 1 ? `, or ${installations} installations with a part of the tenants each` : '';
  if (what === 'disk') return `a shorter --retention, a larger volume (--disk)${several}`;
  if (what === 'Redis') return `a Redis Cluster with QUEUE_SHARDS=3 or more${several}`;
  return `a larger machine for PostgreSQL (--cores)${several}`;
}

function basis({ beyond }: Plan, question: Question, units: Units): string[] {
  const { commit, machine, yardstick_us, deliveries_per_second } = units.measured_with;
  const scaled = question.yardstick === null ? '; give your own with --yardstick' : '';
  return [
    `Unit costs of commit ${commit} on ${machine}, where a bare POST takes ${yardstick_us} µs${scaled}.`,
    ...(beyond <= 2
      ? []
      : [
          `This is about ${figure(beyond, 2)} times the fastest measured load (${figure(deliveries_per_second)} deliveries/s).`,
          'The model knows no contention between very many connections and rows: measure before you rely on it.',
        ]),
    'docs/scaling.md says what the figures mean and what to do when a part ends.',
  ];
}

function rangeText({ expected, low, high }: Range, text: (value: number) => string): string {
  return low === high ? text(expected) : `${text(expected)} (${text(low)} to ${text(high)})`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function coresText(cores: number): string {
  if (cores > 0 && cores < 0.01) return figure(cores, 1);
  return cores < 10 ? cores.toFixed(2) : cores.toFixed(0);
}

/** Two or three digits are all that a model can say. */
export function figure(value: number, digits = 3): string {
  return value.toLocaleString('en', { maximumSignificantDigits: digits });
}

function scaledTo(value: number, units: readonly string[]): string {
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${figure(value / 1000 ** step)} ${units[step]}`;
}

function bytes(value: number): string {
  return scaledTo(value, ['B', 'KB', 'MB', 'GB', 'TB', 'PB']);
}

function bits(value: number): string {
  return scaledTo(value, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}
