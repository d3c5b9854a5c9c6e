import { type Amounts, cpuOf, diskOf, largestFactor, walOf } from './model.js';
import type { Question } from './options.js';
import { type Part, partsOf, PROCESSES_OF, type Units } from './units.js';

/**
 * Share that a rate makes of the one at which a core or a machine is full. The rest is for bursts, backlogs and vacuum.
 * This is not the share of the CPU: the fuller a process is, the more rows share its statements.
 */
const USED = 0.6;
const USED_DISK = 0.8;
/** A process does its work on about one core, however many the machine has. This much of it is for events at least. */
const LEAST_ROOM = 0.1;
/** MAX_RETRIES. */
const MAX_ATTEMPTS = 5;
const DEFAULT_CONCURRENCY = 256;
const MAX_CONCURRENCY = 10_000;
/** DATABASE_POOL_SIZE, for the API and again for the delivery path. */
const POOL_SIZE = 10;
/** Bytes of a publisher's request beside its payload, and of its answer. */
const PUBLISH_HEAD_BYTES = 400;
const SECONDS_PER_DAY = 86_400;
const MAX_STEPS = 100;
/** Far above any rate that can be asked for. What is not full there does not grow with the rate. */
const HIGHEST_RATE = 1e9;

/** A figure, and the range that the errors of the check leave. */
export interface Range {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

export interface PartPlan {
  readonly part: Part;
  readonly cores: Range;
  readonly processes: number;
}

/** A part that cannot grow by further processes, and the rate of events at which it is full. */
export interface Limit {
  readonly what: 'PostgreSQL' | 'Redis' | 'disk';
  readonly eventsPerSecond: number;
}

export interface Plan {
  readonly amounts: Amounts;
  readonly parts: readonly PartPlan[];
  readonly machines: number;
  readonly memoryMb: number;
  readonly connections: { readonly postgres: number; readonly redis: number };
  /** Requests in flight to receivers, on average over all workers, and the WORKER_CONCURRENCY that leaves half free. */
  readonly inFlight: { readonly total: number; readonly concurrency: number };
  /** Bits per second. */
  readonly network: { readonly publishers: number; readonly receivers: number; readonly postgres: number };
  readonly disk: { readonly perDay: Range; readonly kept: Range };
  readonly walPerSecond: Range;
  /** The first to end comes first. A part that costs nothing has no limit. */
  readonly limits: readonly Limit[];
  /** How many times the fastest measured load this is, for each process and in total. */
  readonly beyond: number;
}

/** @param yardstick µs of a bare POST on the machine in question, or null for the one that was measured */
export function planFor(units: Units, question: Question, yardstick: number | null): Plan {
  const amounts = amountsOf(question, question.rate);
  const speed = yardstick === null ? 1 : yardstick / units.measured_with.yardstick_us;
  const needs = needsOf({ units, question, speed }, question.rate);
  const attempts = amounts.deliveries + amounts.retries;
  const total = needs.processes.reduce((sum, { count }) => sum + count, 0);
  const workers = needs.processes.at(-1)!.count;
  const inFlight = (attempts * question.latency) / 1000;
  const perDay = diskOf(units, amounts, question.response) * SECONDS_PER_DAY;
  const range = (what: string, expected: number): Range => rangeOf(units, what, expected);
  const cores = (part: Part): Range => range(`cores of ${part}`, needs.cores(part));
  return {
    amounts,
    parts: [
      ...needs.processes.map(({ part, count }) => ({ part, processes: count, cores: cores(part) })),
      { part: 'postgres' as const, processes: 1, cores: cores('postgres') },
      { part: 'redis' as const, processes: 1, cores: cores('redis') },
    ],
    machines: Math.ceil(
      Math.max(
        needs.processes.reduce((sum, { part }) => sum + needs.fullCores(part), 0) / question.cores,
        total / question.cores,
      ),
    ),
    memoryMb: total * units.memory_mb[question.shape],
    connections: {
      postgres: total * 2 * POOL_SIZE,
      redis: redisConnections(units, question.shape, needs.processes[0]!.count, workers),
    },
    inFlight: { total: inFlight, concurrency: concurrencyFor(inFlight / workers) },
    network: networkOf(units, amounts, question),
    disk: { perDay: range('disk', perDay), kept: range('disk', perDay * (question.retention + 1)) },
    walPerSecond: range('WAL', walOf(units, amounts)),
    limits: limitsOf({ units, question, speed }),
    beyond: amounts.deliveries / units.measured_with.deliveries_per_second,
  };
}

interface Given {
  readonly units: Units;
  readonly question: Question;
  /** Factor for the CPU of this machine beside the measured one. */
  readonly speed: number;
}

interface Needs {
  readonly processes: readonly { readonly part: Part; readonly count: number }[];
  cores(part: Part): number;
  /** Cores at the rate of which the given one is the planned share. */
  fullCores(part: Part): number;
}

/** Attempts that fail are repeated until one succeeds, or the fifth fails. */
function amountsOf({ fanout, payload, failing }: Question, events: number): Amounts {
  const deliveries = events * fanout;
  let retries = 0;
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) retries += deliveries * failing ** attempt;
  return { events, deliveries, retries, payloadBytes: payload };
}

/** As many processes as keep each within one core at the full rate, and the requests in flight below their limit. */
function needsOf({ units, question, speed }: Given, rate: number): Needs {
  const { shape } = question;
  const amounts = amountsOf(question, rate);
  const coresOf = (part: Part, processSeconds: number, at: Amounts): number =>
    speed * cpuOf(units, { shape, part, processSeconds }, at);
  const full = amountsOf(question, rate / USED);
  const inFlight = ((amounts.deliveries + amounts.retries) * question.latency) / 1000;
  const processes = PROCESSES_OF[shape].map((part) => {
    const load = coresOf(part, 0, full);
    const room = Math.max(LEAST_ROOM, 1 - (coresOf(part, 1, full) - load));
    const forWaiting = part === 'api' ? 1 : Math.ceil((2 * inFlight) / MAX_CONCURRENCY);
    return { part, count: Math.max(1, forWaiting, Math.ceil(load / room)) };
  });
  // PostgreSQL and Redis were measured with one process of each kind, which share what is small about small groups.
  const pairs = processes.reduce((sum, { count }) => sum + count, 0) / processes.length;
  const countOf = (part: Part): number => processes.find((each) => each.part === part)?.count ?? pairs;
  return {
    processes,
    cores: (part) => coresOf(part, countOf(part), amounts),
    fullCores: (part) => coresOf(part, countOf(part), full),
  };
}

/** Measured with one process of each kind. */
function redisConnections(units: Units, shape: Question['shape'], first: number, last: number): number {
  return Math.round((units.redis_connections[shape] * (first + last)) / 2);
}

function concurrencyFor(perWorker: number): number {
  if (perWorker * 2 <= DEFAULT_CONCURRENCY) return DEFAULT_CONCURRENCY;
  return Math.min(MAX_CONCURRENCY, Math.ceil((perWorker * 2) / 100) * 100);
}

function networkOf({ network }: Units, amounts: Amounts, { response, shape }: Question): Plan['network'] {
  const { events, deliveries, retries, payloadBytes } = amounts;
  const attempts = deliveries + retries;
  return {
    publishers: 8 * events * (payloadBytes + PUBLISH_HEAD_BYTES),
    receivers: 8 * attempts * (payloadBytes + network.attempt + Math.max(response, network.answer)),
    // Each payload travels there once, and back for each claim. Together, first attempts are sent from memory.
    postgres: 8 * (events + (shape === 'apart' ? events : 0) + retries) * payloadBytes,
  };
}

/** The rate of events at which a machine that runs everything is full; Infinity if nothing costs anything. */
export function fullMachine(units: Units, question: Question): number {
  return fullAt((rate) => {
    const needs = needsOf({ units, question, speed: 1 }, rate);
    return partsOf(question.shape).reduce((sum, part) => sum + needs.fullCores(part), 0) / question.cores;
  });
}

/** Only what one server must hold. Processes of the service are added as needed. */
function limitsOf(given: Given): Limit[] {
  const { units, question } = given;
  const { cores, retention, disk, response } = question;
  const perEvent = diskOf(units, amountsOf(question, 1), response) * SECONDS_PER_DAY * (retention + 1);
  const limits: Limit[] = [
    { what: 'PostgreSQL', eventsPerSecond: fullAt((rate) => needsOf(given, rate).fullCores('postgres') / cores) },
    { what: 'Redis', eventsPerSecond: fullAt((rate) => needsOf(given, rate).fullCores('redis')) },
    { what: 'disk', eventsPerSecond: (USED_DISK * disk) / perEvent },
  ];
  return limits
    .filter(({ eventsPerSecond }) => eventsPerSecond < HIGHEST_RATE)
    .sort((a, b) => a.eventsPerSecond - b.eventsPerSecond);
}

/** The highest rate at which a use is at most 1, by bisection. Infinity for a use that does not grow with the rate. */
function fullAt(useOf: (rate: number) => number): number {
  if (useOf(HIGHEST_RATE) < 1) return Infinity;
  let [low, high] = [0, HIGHEST_RATE];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (useOf(middle) < 1) low = middle;
    else high = middle;
  }
  return low;
}

function rangeOf(units: Units, what: string, expected: number): Range {
  const factor = largestFactor(units, (each) => each.includes(what));
  return { expected, low: expected / factor, high: expected * factor };
}
