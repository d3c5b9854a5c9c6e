import type { Layout } from './layout.js';
import { median, type Result, round } from './measure.js';
import { columns, nameOf } from './report.js';

/** The commit for which the ratios below are promised. */
export const BASELINE = '7e3915e';

const FIGURES = {
  'CPU µs': (result: Result) => result.cpu_us_per_delivery.total,
  'end to end p50 ms': (result: Result) => result.end_to_end_ms?.p50,
  'ingest p50 ms': (result: Result) => result.ingest_ms?.p50,
  'per second': (result: Result) => result.deliveries_per_second,
};
type Figure = keyof typeof FIGURES;

interface RatioTarget {
  readonly of: string;
  readonly layouts: readonly Layout[];
  readonly figure: Figure;
  readonly most: number;
}

const DIRECT: readonly Layout[] = ['one', 'processes'];
const RATIO_TARGETS: readonly RatioTarget[] = [
  { of: 'single', layouts: DIRECT, figure: 'CPU µs', most: 0.75 },
  { of: 'fanout', layouts: DIRECT, figure: 'CPU µs', most: 0.5 },
  { of: 'rates 20/s', layouts: ['one'], figure: 'CPU µs', most: 0.55 },
  { of: 'rates 20/s', layouts: ['one'], figure: 'end to end p50 ms', most: 0.55 },
  { of: 'rates 100/s', layouts: ['one'], figure: 'CPU µs', most: 0.55 },
  { of: 'rates 100/s', layouts: ['one'], figure: 'end to end p50 ms', most: 0.55 },
  { of: 'rates 500/s', layouts: ['one'], figure: 'CPU µs', most: 1.25 },
  { of: 'rates 500/s', layouts: ['one'], figure: 'end to end p50 ms', most: 0.25 },
];

interface ComparedFigure {
  readonly figure: Figure;
  /** Medians over the rounds. */
  readonly there: number;
  readonly here: number;
  /** `here` divided by `there`. */
  readonly ratio: number;
  /** The same for the best round of each, which other programs on the machine have disturbed least. */
  readonly ratio_of_best: number;
  readonly target?: string;
}

export interface Comparison {
  readonly scenario: string;
  readonly variant?: string;
  readonly layout: Layout;
  readonly layout_there: Layout;
  readonly figures: readonly ComparedFigure[];
}

/**
 * Compares the medians of several rounds, for each variant that both sides have.
 *
 * @param isBaseline whether the other side is the commit for which ratios are promised
 */
export function compare(here: readonly Result[], there: readonly Result[], isBaseline: boolean): Comparison[] {
  const names = [...new Set(here.map(nameOf))];
  return names.flatMap((name) => {
    const ofHere = here.filter((result) => nameOf(result) === name);
    const ofThere = there.filter((result) => nameOf(result) === name);
    const [first] = ofHere;
    const [other] = ofThere;
    if (first === undefined || other === undefined) return [];
    const { scenario, variant, layout } = first;
    const figures = (Object.keys(FIGURES) as Figure[]).flatMap((figure) => {
      const compared = compareFigure(figure, ofHere, ofThere);
      if (compared === null) return [];
      const target = isBaseline ? judgeRatio(name, layout, compared) : undefined;
      return [{ ...compared, ...(target !== undefined && { target }) }];
    });
    const names = { scenario, ...(variant !== undefined && { variant }) };
    return [{ ...names, layout, layout_there: other.layout, figures }];
  });
}

function compareFigure(figure: Figure, here: readonly Result[], there: readonly Result[]): ComparedFigure | null {
  const [valuesHere, valuesThere] = [here, there].map((results) => {
    return results.flatMap((result) => FIGURES[figure](result) ?? []);
  }) as [number[], number[]];
  const [ofHere, ofThere] = [round(median(valuesHere), 2), round(median(valuesThere), 2)];
  if (ofHere === 0 || ofThere === 0) return null;
  const bestOf = (values: readonly number[]): number => {
    return figure === 'per second' ? Math.max(...values) : Math.min(...values);
  };
  const ratioOfBest = round(bestOf(valuesHere) / bestOf(valuesThere), 3);
  return { figure, there: ofThere, here: ofHere, ratio: round(ofHere / ofThere, 3), ratio_of_best: ratioOfBest };
}

function judgeRatio(name: string, layout: Layout, { figure, ratio }: ComparedFigure): string | undefined {
  const promised = RATIO_TARGETS.find((each) => {
    return each.of === name && each.figure === figure && each.layouts.includes(layout);
  });
  if (promised === undefined) return undefined;
  return `<= ${promised.most} ${ratio <= promised.most ? 'reached' : 'NOT reached'}`;
}

export function comparisonTable(comparisons: readonly Comparison[], there: string): string {
  const layouts = [`layout ${there}`, 'layout here'];
  const headings = ['scenario', ...layouts, 'figure', there, 'here', 'ratio', 'of the best', 'target'];
  const lines = comparisons.flatMap((comparison) =>
    comparison.figures.map(({ figure, there: ofThere, here, target = '', ...ratios }) => {
      const { layout, layout_there: layoutThere } = comparison;
      const cells = [ratios.ratio, ratios.ratio_of_best].map((ratio) => ratio.toFixed(2));
      return [nameOf(comparison), layoutThere, layout, figure, `${ofThere}`, `${here}`, ...cells, target];
    }),
  );
  return columns([headings, ...lines]);
}
