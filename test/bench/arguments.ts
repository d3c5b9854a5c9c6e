import { parseArgs } from 'node:util';
import { type Layout, LAYOUTS } from './layout.js';
import { findWriteFault } from './output-file.js';
import { SCENARIOS } from './scenarios/index.js';

const DEFAULT_ROUNDS = 2;
/** With --against, the scenarios for which ratios are promised. */
const COMPARED = ['single', 'fanout', 'rates'];

/** Options with a value, each with an example. */
const EXAMPLES = {
  scenario: 'single',
  layout: 'apart',
  scale: '0.1',
  against: 'HEAD~1',
  rounds: '3',
  json: 'results.json',
} as const;

/** Text for `--help`. */
export const USAGE = `npm run bench -- [--scenario NAME] [--layout ${LAYOUTS.join('|')}] [--scale FACTOR]
                 [--against COMMIT [--rounds NUMBER]] [--json FILE] [--statements]

  --scenario    the only one to run, of ${Object.keys(SCENARIOS).slice(0, 7).join(', ')},
                ${Object.keys(SCENARIOS).slice(7).join(', ')}
                (all; with --against ${COMPARED.join(', ')})
  --layout      the only one to run in (those of each scenario)
  --scale       factor for numbers of events and for durations (1)
  --against     commit to compare with, in alternating runs
  --rounds      runs of each build with --against, 1 to 99 (${DEFAULT_ROUNDS})
  --json        file for the results
  --statements  prints what each statement costs PostgreSQL
  --help        prints this

docs/performance-bench.md says how it measures, and what the scenarios are.
`;

/** A mistake in the arguments. Its message is enough for the user. */
export class InvalidArguments extends Error {}

export interface Chosen {
  readonly name: string;
  /** Layouts to run in, one after another. */
  readonly layouts: readonly Layout[];
}

export interface Arguments {
  readonly chosen: readonly Chosen[];
  /** Factor for numbers of events and for durations. */
  readonly scale: number;
  readonly jsonFile?: string;
  readonly withStatements: boolean;
  /** Commit to compare with. */
  readonly against?: string;
  readonly rounds: number;
}

/** @throws InvalidArguments */
export function readArguments(argv: readonly string[]): Arguments | 'help' {
  const { scenario, layout, scale, against, rounds, json, statements, help } = parse(argv);
  if (help) return 'help';
  if (layout !== undefined && !isLayout(layout)) {
    throw new InvalidArguments(`There is no layout ${layout}; there are ${LAYOUTS.join(', ')}`);
  }
  if (!(Number(scale) > 0 && Number(scale) < Infinity)) {
    throw new InvalidArguments(`--scale must be a number above 0, not ${scale}`);
  }
  if (rounds !== undefined && against === undefined) {
    throw new InvalidArguments('--rounds needs --against: only a comparison runs in rounds');
  }
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds)) {
    throw new InvalidArguments(`--rounds must be a whole number from 1 to 99, not ${rounds}`);
  }
  const fault = json === undefined ? null : findWriteFault(json);
  if (fault !== null) throw new InvalidArguments(`--json ${json} ${fault}`);
  return {
    chosen: choose(scenario, layout, against === undefined ? Object.keys(SCENARIOS) : COMPARED),
    scale: Number(scale),
    withStatements: statements,
    rounds: Number(rounds ?? DEFAULT_ROUNDS),
    ...(json !== undefined && { jsonFile: json }),
    ...(against !== undefined && { against }),
  };
}

function parse(argv: readonly string[]) {
  try {
    const { values, tokens } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string' },
        layout: { type: 'string' },
        scale: { type: 'string', default: '1' },
        against: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        statements: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      tokens: true,
    });
    assertValues(tokens);
    return values;
  } catch (error) {
    if (error instanceof InvalidArguments) throw error;
    throw new InvalidArguments(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

/** An empty value is a variable of a script that was not set. @throws InvalidArguments */
function assertValues(tokens: readonly { readonly kind: string; readonly name?: string; readonly value?: unknown }[]) {
  for (const { name, value } of tokens) {
    if (name === undefined || !isWithValue(name) || typeof value !== 'string' || value.trim() !== '') continue;
    throw new InvalidArguments(`--${name} needs a value, such as --${name} ${EXAMPLES[name]}`);
  }
}

function isWithValue(name: string): name is keyof typeof EXAMPLES {
  return Object.hasOwn(EXAMPLES, name);
}

/** Without a requested scenario, leaves out those that cannot run in the requested layout. */
function choose(name: string | undefined, layout: Layout | undefined, byDefault: readonly string[]): Chosen[] {
  if (name !== undefined && !Object.hasOwn(SCENARIOS, name)) {
    throw new InvalidArguments(`There is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  }
  const names = name === undefined ? byDefault.filter((each) => canRun(each, layout)) : [name];
  return names.map((each) => {
    const { layouts } = SCENARIOS[each]!;
    if (!canRun(each, layout)) {
      throw new InvalidArguments(`${each} runs only in the layout ${layouts.join(' or ')}, not in ${layout}`);
    }
    return { name: each, layouts: layout === undefined ? layouts : [layout] };
  });
}

function canRun(name: string, layout: Layout | undefined): boolean {
  const { layouts, isBoundToLayouts = false } = SCENARIOS[name]!;
  return layout === undefined || !isBoundToLayouts || layouts.includes(layout);
}

function isLayout(text: string): text is Layout {
  return LAYOUTS.some((layout) => layout === text);
}
