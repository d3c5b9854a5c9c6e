import { writeFileSync } from 'node:fs';
import { measureAgainst } from './against.js';
import { type Arguments, InvalidArguments, readArguments } from './arguments.js';
import { Cleanup } from './cleanup.js';
import { bestLayout, HERE } from './layout.js';
import { measureScenario } from './measure-scenario.js';
import type { Result } from './measure.js';
import { findCommit } from './other-commit.js';
import { table } from './report.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const cleanup = new Cleanup();
let exitCode = 0;
const interruption = new AbortController();
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    interruption.abort();
    exitCode = code;
    void cleanup.run().then(() => process.exit(code));
  });
}

try {
  const given = readArguments(process.argv.slice(2));
  const commit = given.against === undefined ? undefined : await findCommit(given.against);
  const found =
    commit === undefined
      ? await measureAll(given)
      : await measureAgainst({ ...given, commit, onFailure: reportFailure }, cleanup);
  if (given.jsonFile !== undefined) writeFileSync(given.jsonFile, `${JSON.stringify(found, null, 2)}\n`);
} catch (error) {
  if (!interruption.signal.aborted) reportFailure('The bench', error);
}
await cleanup.run();
process.exit(exitCode);

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

/** Prints a failure, and the bench goes on. @throws the error if an interruption caused it; nothing else may start then */
function reportFailure(what: string, error: unknown): void {
  if (interruption.signal.aborted) throw error;
  exitCode = 1;
  if (error instanceof InvalidArguments) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${what} FAILED: ${error instanceof Error ? error.stack : String(error)}\n`);
}
