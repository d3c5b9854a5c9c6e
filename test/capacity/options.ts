import { parseArgs } from 'node:util';
import { type Shape, SHAPES } from './units.js';

export class OptionFault extends Error {}

const NO_UNIT = { '': 1 };
const COUNT = { '': 1, k: 1e3, m: 1e6 };
const BYTES = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 };
const MILLISECONDS = { ms: 1, s: 1000 };
const DAYS = { '': 1, d: 1 };
const PERCENT = { '%': 0.01 };

interface Amount {
  readonly units: Readonly<Record<string, number>>;
  readonly least: number;
  readonly most: number;
  /** The bounds as the user would write them. */
  readonly bounds: string;
  readonly example: string;
  /** Absent: it must be given. */
  readonly default?: string;
  readonly meaning: string;
  readonly isWhole?: boolean;
}

/** What a calculation takes, as `--help` lists it. */
const AMOUNTS = {
  rate: {
    units: COUNT,
    least: 0.001,
    most: 10e6,
    bounds: '0.001 to 10m',
    example: '50k',
    meaning: 'events per second',
  },
  fanout: {
    units: COUNT,
    least: 0.01,
    most: 100e3,
    bounds: '0.01 to 100k',
    example: '3',
    default: '1',
    meaning: 'subscriptions that an event reaches, on average',
  },
  payload: {
    units: BYTES,
    least: 1,
    most: 16_777_216,
    bounds: '1 to 16777216 bytes, the most that MAX_PAYLOAD_BYTES allows',
    example: '2k',
    default: '1k',
    meaning: 'bytes of a payload, on average; 2k means 2,000',
  },
  retention: {
    units: DAYS,
    least: 1,
    most: 3650,
    bounds: '1 to 3650 days',
    example: '30',
    default: '30',
    meaning: 'days to keep events and history, RETENTION_DAYS',
    isWhole: true,
  },
  failing: {
    units: PERCENT,
    least: 0,
    most: 0.95,
    bounds: '0% to 95%',
    example: '5%',
    default: '0%',
    meaning: 'share of the attempts that fail and are retried, up to five attempts in all',
  },
  latency: {
    units: MILLISECONDS,
    least: 1,
    most: 120_000,
    bounds: '1ms to 120s',
    example: '200ms',
    default: '100ms',
    meaning: 'time that a receiver takes to answer, on average',
  },
  response: {
    units: BYTES,
    least: 0,
    most: 20_000,
    bounds: '0 to 20k',
    example: '500',
    default: '500',
    meaning: 'bytes of an answer that are kept: headers, and the first 4,096 of the body',
  },
  cores: {
    units: NO_UNIT,
    least: 1,
    most: 1024,
    bounds: '1 to 1024',
    example: '16',
    default: '8',
    meaning: 'cores of one machine, for the service and for PostgreSQL',
    isWhole: true,
  },
  disk: {
    units: BYTES,
    least: 1e9,
    most: 1e15,
    bounds: '1g to 1000t',
    example: '4t',
    default: '4t',
    meaning: 'size of the volume of PostgreSQL',
  },
} as const satisfies Record<string, Amount>;

type AmountName = keyof typeof AMOUNTS;

const YARDSTICK: Amount = {
  units: NO_UNIT,
  least: 2,
  most: 1000,
  bounds: '2 to 1000',
  example: '28',
  meaning: 'µs of CPU that one bare POST costs on your machine',
};
/** The scale of a measurement: a factor for its durations. */
const SCALE: Amount = {
  units: NO_UNIT,
  least: 0.05,
  most: 20,
  bounds: '0.05 to 20',
  example: '0.5',
  meaning: 'factor for the time that each load is measured for',
};

export type Question = Readonly<Record<AmountName, number>> & {
  readonly shape: Shape;
  /** µs; `measure` measures it; null takes the one that the unit costs were measured with. */
  readonly yardstick: number | 'measure' | null;
};

export type Command =
  | { readonly does: 'help' }
  | { readonly does: 'calculate'; readonly question: Question; readonly from: string | null }
  | { readonly does: 'measure'; readonly to: string | null; readonly scale: number }
  | { readonly does: 'check'; readonly from: string | null; readonly scale: number }
  | { readonly does: 'adopt'; readonly from: string | null };

/** Options of each command. Only the first has amounts. */
const TEXTS = ['shape', 'yardstick', 'from', 'to', 'scale'] as const;
const FLAGS = ['help', 'measure', 'check', 'adopt'] as const;
type TextName = (typeof TEXTS)[number] | AmountName;
const ALLOWED = {
  help: [],
  calculate: [...(Object.keys(AMOUNTS) as AmountName[]), 'shape', 'yardstick', 'from'],
  measure: ['to', 'scale'],
  check: ['from', 'scale'],
  adopt: ['from'],
} as const satisfies Record<Command['does'], readonly TextName[]>;

/** @throws OptionFault that says what to change */
export function parseCommand(args: readonly string[]): Command {
  const { texts, flags } = read(args);
  if (flags.has('help')) return { does: 'help' };
  const chosen = FLAGS.filter((flag) => flags.has(flag));
  if (chosen.length > 1) throw new OptionFault(`${listOf(chosen)} exclude each other: leave all but one out.`);
  const [does = 'calculate'] = chosen;
  const allowed: readonly string[] = ALLOWED[does];
  const stray = [...texts.keys()].find((name) => !allowed.includes(name));
  if (stray !== undefined) {
    throw new OptionFault(
      does === 'calculate'
        ? `--${stray} belongs to --measure or --check. Add one of these, or leave --${stray} out.`
        : `--${does} takes no --${stray}. It takes ${listOf(allowed)}.`,
    );
  }
  const from = texts.get('from') ?? null;
  const scale = amountOf('scale', SCALE, texts.get('scale') ?? '1');
  if (does === 'measure') return { does, to: texts.get('to') ?? null, scale };
  if (does === 'check') return { does, from, scale };
  if (does === 'adopt') return { does, from };
  return { does, from, question: questionOf(texts) };
}

function questionOf(texts: ReadonlyMap<string, string>): Question {
  const entries = Object.entries(AMOUNTS as Record<string, Amount>).map(([name, amount]) => {
    const text = texts.get(name) ?? amount.default;
    if (text === undefined) {
      throw new OptionFault(`--${name} is missing: ${amount.meaning}, such as --${name} ${amount.example}.`);
    }
    return [name, amountOf(name, amount, text)];
  });
  const shape = texts.get('shape') ?? 'together';
  if (!isShape(shape)) throw new OptionFault(`--shape ${shape}: it must be together or apart.`);
  const yardstick = texts.get('yardstick');
  return {
    ...(Object.fromEntries(entries) as Record<AmountName, number>),
    shape,
    yardstick:
      yardstick === undefined
        ? null
        : yardstick === 'measure'
          ? 'measure'
          : amountOf('yardstick', YARDSTICK, yardstick),
  };
}

function isShape(text: string): text is Shape {
  return (SHAPES as readonly string[]).includes(text);
}

function read(args: readonly string[]): { texts: Map<string, string>; flags: Set<string> } {
  const known: readonly string[] = [...(Object.keys(AMOUNTS) as AmountName[]), ...TEXTS];
  const options = Object.fromEntries([
    ...known.map((name) => [name, { type: 'string' as const }]),
    ...FLAGS.map((name) => [name, { type: 'boolean' as const }]),
  ]) as Record<string, { type: 'string' | 'boolean' }>;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') {
      const found = token.kind === 'positional' ? token.value : '--';
      throw new OptionFault(`${found}: every value belongs to an option, such as --rate 1000. Try --help.`);
    }
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || !rawName.startsWith('--')) {
      throw new OptionFault(`There is no option ${rawName}. There are ${listOf([...known, ...FLAGS])}.`);
    }
    if (texts.has(name) || flags.has(name)) throw new OptionFault(`--${name} is given twice: leave one out.`);
    if (option.type === 'boolean') {
      if (value !== undefined) throw new OptionFault(`--${name} takes no value: leave out ${value}.`);
      flags.add(name);
    } else if (value === undefined || value === '') {
      throw new OptionFault(`--${name} needs a value, such as --${name} ${exampleOf(name)}.`);
    } else texts.set(name, value);
  }
  return { texts, flags };
}

function exampleOf(name: string): string {
  if (Object.hasOwn(AMOUNTS, name)) return AMOUNTS[name as AmountName].example;
  const others = new Map([
    ['shape', 'apart'],
    ['yardstick', YARDSTICK.example],
    ['scale', SCALE.example],
  ]);
  return others.get(name) ?? 'costs.json';
}

/** @throws OptionFault */
function amountOf(name: string, amount: Amount, text: string): number {
  const given = `--${name} ${text}`;
  const [, digits, unit] = /^([+-]?[\d.]+(?:e\d+)?)\s*([a-zµ%]*)$/i.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || unit === undefined || Number.isNaN(value)) {
    throw new OptionFault(`${given}: it must be a number (${amount.meaning}), such as ${amount.example}.`);
  }
  const unitName = unit.toLowerCase();
  const isZero = value === 0 && unit === '';
  const factor = Object.hasOwn(amount.units, unitName) ? amount.units[unitName] : isZero ? 1 : undefined;
  if (factor === undefined) {
    const units = Object.keys(amount.units).filter((each) => each !== '');
    const wanted = units.length === 0 ? 'without a unit' : `in ${units.join(', ')}`;
    throw new OptionFault(`${given}: write it ${wanted}, such as --${name} ${amount.example}.`);
  }
  const scaled = value * factor;
  if (scaled < amount.least || scaled > amount.most) {
    throw new OptionFault(`${given}: it must be ${amount.bounds} (${amount.meaning}).`);
  }
  if (amount.isWhole === true && !Number.isInteger(scaled)) {
    throw new OptionFault(`${given}: it must be a whole number (${amount.meaning}).`);
  }
  return scaled;
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(', ');
}

/** Text for `--help`. */
export function help(): string {
  const lines = Object.entries(AMOUNTS as Record<string, Amount>).map(
    ([name, { meaning, bounds, default: given }]) =>
      `  --${name.padEnd(11)}${meaning}; ${bounds}${given === undefined ? '' : ` (${given})`}`,
  );
  return `npm run capacity -- --rate 50k --fanout 3 --payload 2k --retention 30

${lines.join('\n')}
  --shape      together: each process is API and worker, and sends directly; apart: processes of their own (together)
  --yardstick  ${YARDSTICK.meaning}, or "measure"; ${YARDSTICK.bounds} (that of the measurement)
  --from       file with unit costs (docs/unit-costs.json)

npm run capacity -- --measure [--to FILE] [--scale FACTOR]   measures unit costs, checks them, and updates docs
npm run capacity -- --check [--from FILE] [--scale FACTOR]   compares predictions with measurements
npm run capacity -- --adopt [--from FILE]                    puts the unit costs of a file into docs
`;
}
