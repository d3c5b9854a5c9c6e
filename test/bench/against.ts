import type { Arguments } from './arguments.js';
import type { Cleanup } from './cleanup.js';
import { BASELINE, compare, type Comparison, comparisonTable } from './comparison.js';
import { bestLayout, type Build, HERE, type Layout } from './layout.js';
import { measureScenario } from './measure-scenario.js';
import type { Result } from './measure.js';
import { buildCommit } from './other-commit.js';

/** A build in one layout, with its results of all rounds. */
interface Lane {
  readonly build: Build;
  readonly layout: Layout;
  readonly results: Result[];
}

interface Pair {
  readonly here: Lane;
  readonly there: Lane;
}

export interface AgainstOptions extends Arguments {
  /** Full id of the commit. */
  readonly commit: string;
  /** Called when a run fails. The others follow, unless it throws. */
  readonly onFailure: (name: string, error: unknown) => void;
}

/** Runs scenarios of this bench with this build and with that of another commit, alternately, and compares. */
export async function measureAgainst(options: AgainstOptions, cleanup: Cleanup): Promise<Comparison[]> {
  const { commit, chosen } = options;
  const there = await buildCommit(commit, cleanup);
  const isBaseline = commit.startsWith(BASELINE);
  const comparisons: Comparison[] = [];
  for (const { name, layouts } of chosen) {
    const pairs = pairsOf(name, layouts, there);
    await runRounds(name, pairs, options, cleanup);
    const compared = pairs.flatMap((pair) => compare(pair.here.results, pair.there.results, isBaseline));
    process.stdout.write(`\n${comparisonTable(compared, there.name)}\n`);
    comparisons.push(...compared);
  }
  if (chosen.length > 1) process.stdout.write(`\n${comparisonTable(comparisons, there.name)}`);
  if (!isBaseline) process.stdout.write(`Targets for ratios hold against ${BASELINE} only.\n`);
  return comparisons;
}

/** Pairs of lanes to compare. A lane may be part of several pairs. */
function pairsOf(name: string, layouts: readonly Layout[], there: Build): Pair[] {
  const lanes = new Map<string, Lane>();
  const laneOf = (build: Build, wanted: Layout): Lane => {
    const layout = bestLayout(build, wanted);
    const key = `${build.name} ${layout}`;
    const lane = lanes.get(key) ?? { build, layout, results: [] };
    lanes.set(key, lane);
    return lane;
  };
  const pairs = new Map<string, Pair>();
  for (const layout of layouts) {
    const pair = { there: laneOf(there, layout), here: laneOf(HERE, layout) };
    const described = `${name}: compares here in ${pair.here.layout} with ${there.name} in ${pair.there.layout}`;
    pairs.set(described, pair);
    const lacking = [pair.here, pair.there].filter((lane) => lane.layout !== layout);
    const reason = lacking
      .map((lane) => `; ${lane.build.name} lacks ${layout}, and ${lane.layout} is its best`)
      .join('');
    process.stdout.write(`${described}${reason}\n`);
  }
  return [...pairs.values()];
}

/** Every second round runs in reverse, so that a machine that slows down slows both sides. */
async function runRounds(
  name: string,
  pairs: readonly Pair[],
  options: AgainstOptions,
  cleanup: Cleanup,
): Promise<void> {
  const { rounds, scale, withStatements, onFailure } = options;
  const lanes = [...new Set(pairs.flatMap(({ there, here }) => [there, here]))];
  for (let number = 1; number <= rounds; number += 1) {
    for (const { build, layout, results } of number % 2 === 1 ? lanes : lanes.toReversed()) {
      process.stdout.write(`-- round ${number} of ${rounds}: ${build.name}\n`);
      try {
        results.push(...(await measureScenario(name, { build, layout, scale, withStatements }, cleanup)));
      } catch (error) {
        onFailure(`${name} of ${build.name} in ${layout}`, error);
      }
    }
  }
}
