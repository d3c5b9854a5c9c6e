import { writeFileSync } from 'node:fs';
import { measureAgainst } from './against.js';
import { type Arguments, InvalidArguments, readArguments, USAGE } from './arguments.js';
import { Cleanup } from './cleanup.js';
import { endOnSignals } from './interruption.js';
import { bestLayout, HERE } from './layout.js';
import { measureScenario } from './measure-scenario.js';
import type { Result } from './measure.js';
import { findCommit } from './other-commit.js';
import { table } from './report.js';

const cleanup = new Cleanup();
let exitCode = 0;
const interruption = endOnSignals(cleanup);

try {
  const given = readArguments(process.argv.slice(2));
  if (given === 'help') process.stdout.write(USAGE);
  else await perform(given);
} catch (error) {
  if (!interruption.aborted) reportFailure('The bench', error);
}
await cleanup.run();
process.exit(exitCode);

async function perform(given: Arguments): Promise<void> {
  const commit = given.against === undefined ? undefined : await findCommit(given.against);
  const found =
    commit === undefined
      ? await measureAll(given)
      : await measureAgainst({ ...given, commit, onFailure: reportFailure }, cleanup);
  if (given.jsonFile !== undefined) writeFileSync(given.jsonFile, `${JSON.stringify(found, null, 2)}\n`);
}

async function measureAll({ chosen, scale, withStatements }: Arguments): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, layouts } of chosen) {
    const best = layouts.map((layout) => bestLayout(HERE, layout));
    layouts.forEach((layout, n) => {
      if (best[n] !== layout) process.stdout.write(`${name}: this build lacks ${layout}, so it runs in ${best[n]}\n`);
    });
    for (const layout of new Set(best)) {
      try {
        results.push(...(await measureScenario(name, { build: HERE, layout, scale, withStatements }, cleanup)));
      } catch (error) {
        reportFailure(name, error);
      }
    }
  }
  process.stdout.write(`\n${table(results)}`);
  return results;
}

/** Prints a failure, and the bench goes on. @throws the error if an interruption caused it, so that nothing starts */
function reportFailure(what: string, error: unknown): void {
  if (interruption.aborted) throw error;
  exitCode = 1;
  if (error instanceof InvalidArguments) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${what} FAILED: ${error instanceof Error ? error.stack : String(error)}\n`);
}
