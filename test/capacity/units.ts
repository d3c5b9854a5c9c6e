import { z } from 'zod';

/** API and worker in each process, or in processes of their own. */
export const SHAPES = ['together', 'apart'] as const;
export type Shape = (typeof SHAPES)[number];

/** `service` is a process that is both API and worker. */
export const PARTS = ['service', 'api', 'worker', 'postgres', 'redis'] as const;
export type Part = (typeof PARTS)[number];

/** Parts whose processes an operator adds as needed. */
export const PROCESSES_OF = { together: ['service'], apart: ['api', 'worker'] } as const satisfies Record<
  Shape,
  readonly Part[]
>;

export function partsOf(shape: Shape): readonly Part[] {
  return [...PROCESSES_OF[shape], 'postgres', 'redis'];
}

const cost = z.number().nonnegative();

/** What something costs for each thing that a load consists of. */
const costs = z.strictObject({
  /** Per process of the service at work, whatever it does: the less it does, the fewer rows a statement carries. */
  busy: cost,
  event: cost,
  delivery: cost,
  /** Per attempt beyond the first of a delivery. */
  retry: cost,
  /** Per 1,000 bytes of payload that pass through the part. */
  kilobyte: cost,
});
export type Costs = z.infer<typeof costs>;

const errorRow = z.strictObject({
  load: z.string(),
  what: z.string(),
  /** 0 for a part that does nothing under this load. */
  predicted: z.number().nonnegative(),
  measured: z.number().nonnegative(),
});
export type ErrorRow = z.infer<typeof errorRow>;

const units = z.strictObject({
  measured_with: z.strictObject({
    command: z.string(),
    commit: z.string(),
    date: z.iso.date(),
    machine: z.string(),
    yardstick_us: z.number().positive(),
    /** Highest rate of deliveries that the costs come from. */
    deliveries_per_second: z.number().positive(),
    /** Lowest share of its rate that a load reached. Below 1, others used the machine, and groups were larger. */
    reached: z.number().positive().max(1),
  }),
  /** In seconds of CPU; `busy` in cores. */
  cpu: z.strictObject({
    together: z.record(z.enum(['service', 'postgres', 'redis']), costs),
    apart: z.record(z.enum(['api', 'worker', 'postgres', 'redis']), costs),
  }),
  /** Events per second of a process from which it is fully at work. */
  fully_at_work: z.strictObject({ together: z.number().positive(), apart: z.number().positive() }),
  memory_mb: z.strictObject({ together: cost, apart: cost }),
  redis_connections: z.strictObject({ together: cost, apart: cost }),
  /** In bytes. `kilobyte` per 1,000 bytes of payload. */
  wal: costs,
  /** In bytes of rows, indexes and TOAST. */
  disk: z.strictObject({ event: cost, kilobyte: cost, delivery: cost, attempt: cost }),
  /** In bytes beside the payload. */
  network: z.strictObject({ attempt: cost, answer: cost }),
  /** Predictions for loads that the costs do not come from, beside measurements. */
  errors: z.array(errorRow),
});
export type Units = z.infer<typeof units>;

export class UnitsFault extends Error {}

/** @throws UnitsFault if the text is not a measurement */
export function parseUnits(text: string, file: string): Units {
  const again = 'Take a new measurement: npm run capacity -- --measure';
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new UnitsFault(`${file} is not JSON. ${again}`, { cause });
  }
  const { data, error } = units.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
  throw new UnitsFault(`${file} is not a measurement of unit costs: ${place}: ${issue?.message}. ${again}`);
}
