import { fit } from './fit.js';
import { cpuFactors, cpuOf, diskOf, FACTORS, totalOf, walFactors, walOf } from './model.js';
import { describeLoad } from './loads.js';
import { type Observation, reachedOf } from './observation.js';
import { type Costs, type ErrorRow, type Part, partsOf, type Shape, SHAPES, type Units } from './units.js';

/** Observations of one shape, with what its processes hold. */
export interface Observed {
  readonly shape: Shape;
  readonly observations: readonly Observation[];
  readonly redisConnections: number;
  /** Mean bytes of an answer that the attempts keep. */
  readonly keptBytes: number;
}

/** Rates from which a process may be fully at work, in events per second. */
const RATES = [50, 100, 200, 400, 800, 1600];

/** Digits that a cost keeps. More would be noise. */
const DIGITS = 4;

/** Unit costs that explain what was observed. */
export function derive(
  observed: readonly Observed[],
  measuredWith: Omit<Units['measured_with'], 'deliveries_per_second' | 'reached'>,
): Units {
  const all = observed.flatMap(({ observations }) => observations);
  const rates = all.map(({ totals }) => totals.deliveries / totals.seconds);
  const byShape = (shape: Shape): Observed => observed.find((each) => each.shape === shape)!;
  const ofShapes = <T>(value: (each: Observed) => T): Record<Shape, T> =>
    Object.fromEntries(SHAPES.map((shape) => [shape, value(byShape(shape))])) as Record<Shape, T>;
  const cpuOfShape = new Map(observed.map((each) => [each, cpuCosts(each)]));
  return {
    measured_with: {
      ...measuredWith,
      deliveries_per_second: Math.round(Math.max(...rates)),
      reached: Number(Math.min(...all.map(reachedOf)).toFixed(2)),
    },
    cpu: ofShapes((each) => cpuOfShape.get(each)!.costs) as Units['cpu'],
    fully_at_work: ofShapes((each) => cpuOfShape.get(each)!.fullyFrom),
    memory_mb: ofShapes(({ observations }) => Math.round(Math.max(...observations.map(({ memoryMb }) => memoryMb)))),
    redis_connections: ofShapes(({ redisConnections }) => redisConnections),
    wal: rounded(
      fit(
        FACTORS,
        all.map(({ totals, bytes }) => ({ amounts: walFactors(totals), total: bytes.wal ?? 0 })),
      ),
    ),
    disk: diskCosts(observed),
    network: networkCosts(all),
    errors: [],
  };
}

interface CpuCosts {
  readonly costs: Partial<Record<Part, Costs>>;
  readonly fullyFrom: number;
  /** Sum of the squared relative errors. */
  readonly error: number;
}

/** Of all rates from which processes may be fully at work, the one that explains the observations best. */
function cpuCosts(observed: Observed): CpuCosts {
  return RATES.map((fullyFrom) => cpuCostsFrom(fullyFrom, observed)).reduce((best, each) =>
    each.error < best.error ? each : best,
  );
}

function cpuCostsFrom(fullyFrom: number, { shape, observations }: Observed): CpuCosts {
  let error = 0;
  const costs = partsOf(shape).map((part) => {
    const samples = observations.map(({ totals, processes, cpuSeconds }) => ({
      amounts: cpuFactors(part, totals, { processSeconds: totals.seconds * processes, fullyFrom }),
      total: cpuSeconds[part] ?? 0,
    }));
    const fitted = fit(FACTORS, samples);
    for (const { amounts, total } of samples) if (total > 0) error += (totalOf(fitted, amounts) / total - 1) ** 2;
    return [part, rounded(fitted)] as const;
  });
  return { costs: Object.fromEntries(costs), fullyFrom, error };
}

function diskCosts(observed: readonly Observed[]): Units['disk'] {
  const all = observed.flatMap(({ observations }) => observations);
  const events = fit(
    ['event', 'kilobyte'],
    all.map(({ totals: { events: event, payloadBytes }, bytes }) => {
      return { amounts: { event, kilobyte: (event * payloadBytes) / 1000 }, total: bytes.events ?? 0 };
    }),
  );
  const { delivery } = fit(
    ['delivery'],
    all.map(({ totals, bytes }) => ({ amounts: { delivery: totals.deliveries }, total: bytes.deliveries ?? 0 })),
  );
  const { attempt } = fit(
    ['attempt'],
    observed.flatMap(({ observations, keptBytes }) =>
      observations.map(({ totals, bytes }) => {
        const amount = totals.deliveries + totals.retries;
        return { amounts: { attempt: amount }, total: (bytes.attempts ?? 0) - amount * keptBytes };
      }),
    ),
  );
  return rounded({ ...events, delivery, attempt });
}

function networkCosts(all: readonly Observation[]): Units['network'] {
  const sum = (value: (each: Observation) => number): number => all.reduce((total, each) => total + value(each), 0);
  const attemptsOf = ({ totals }: Observation): number => totals.deliveries + totals.retries;
  const attempts = sum(attemptsOf);
  const payloads = sum((each) => attemptsOf(each) * each.totals.payloadBytes);
  return rounded({
    attempt: (sum(({ network }) => network.in) - payloads) / attempts,
    answer: sum(({ network }) => network.out) / attempts,
  });
}

function rounded<Name extends string>(values: Record<Name, number>): Record<Name, number> {
  const entries = Object.entries<number>(values).map(([name, value]) => [name, Number(value.toPrecision(DIGITS))]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** Predictions beside measurements, for loads that the costs do not come from. */
export function compare(units: Units, { observations, keptBytes }: Observed): ErrorRow[] {
  const rows = observations.flatMap((observation) => {
    const { shape, processes, load, totals, cpuSeconds, bytes } = observation;
    const name = describeLoad({ shape, processes }, load);
    const { seconds } = totals;
    const row = (what: string, predicted: number, measured: number): ErrorRow => {
      return {
        load: name,
        what,
        predicted: Number(predicted.toPrecision(3)),
        measured: Number(measured.toPrecision(3)),
      };
    };
    const cpu = partsOf(shape).map((part) => {
      const predicted = cpuOf(units, { shape, part, processSeconds: seconds * processes }, totals);
      return row(`cores of ${part}`, predicted / seconds, (cpuSeconds[part] ?? 0) / seconds);
    });
    const stored = (bytes.events ?? 0) + (bytes.deliveries ?? 0) + (bytes.attempts ?? 0);
    return [
      ...cpu,
      row('bytes of WAL per event', walOf(units, totals) / totals.events, (bytes.wal ?? 0) / totals.events),
      row('bytes of disk per event', diskOf(units, totals, keptBytes) / totals.events, stored / totals.events),
    ];
  });
  // What took less than the clock of the operating system resolves says nothing.
  return rows.filter(({ predicted, measured }) => predicted > 0 && measured > 0);
}
