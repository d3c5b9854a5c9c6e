import { parseArgs } from 'node:util';
import { type Layout, LAYOUTS } from './layout.js';
import { SCENARIOS } from './scenarios/index.js';

const USAGE = `npm run bench -- [--scenario NAME] [--layout ${LAYOUTS.join('|')}] [--scale FACTOR]
                 [--against COMMIT [--rounds NUMBER]] [--json FILE] [--statements]`;

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

const DEFAULT_ROUNDS = 2;
/** With --against, the scenarios for which ratios are promised. */
const COMPARED = ['single', 'fanout', 'rates'];

/** @throws InvalidArguments */
export function readArguments(argv: readonly string[]): Arguments {
  const { scenario, layout, scale, against, rounds, json, statements } = parse(argv);
  if (layout !== undefined && !isLayout(layout)) {
    throw new InvalidArguments(`There is no layout ${layout}; there are ${LAYOUTS.join(', ')}`);
  }
  if (!(Number(scale) > 0)) throw new InvalidArguments(`--scale must be a number above 0, not ${scale}`);
  if (rounds !== undefined && against === undefined) {
    throw new InvalidArguments('--rounds needs --against: only a comparison runs in rounds');
  }
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds)) {
    throw new InvalidArguments(`--rounds must be a whole number from 1 to 99, not ${rounds}`);
  }
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
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string' },
        layout: { type: 'string' },
        scale: { type: 'string', default: '1' },
        against: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        statements: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new InvalidArguments(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
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
