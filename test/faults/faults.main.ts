import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { FAULTS } from './catalogue/index.js';
import type { Fault } from './fault.js';
import { isTrue } from './figures.js';
import { isSound, runFault, type Verdict } from './run-fault.js';
import { stopRigs } from './rig.js';
import { describe, tableOf } from './table.js';

/** A fault that has not begun by then is not run, and counts as broken. */
const LIMIT_MINUTES = 35;
/** What Ctrl-C, a supervisor and a terminal that closes send. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `npm run test:faults [-- --fault N[,M]] [--seed S] [--short] [--long]`. Runs all faults, then the long suites;
 * `--long` runs only those.
 */
const { values } = parseArgs({
  options: {
    fault: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  },
});
if (values.long) process.exit(await runLongSuites());
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(seed)) fail(`--seed takes a whole number, not ${values.seed}`);
const chosen = choose(values.fault);

for (const signal of SIGNALS) {
  process.once(signal, () => {
    void stopRigs().finally(() => process.exit(1));
  });
}

say(`seed ${seed}`);
const startedAt = performance.now();
const verdicts: Verdict[] = [];
for (const fault of chosen) {
  const isOver = performance.now() - startedAt > LIMIT_MINUTES * 60_000;
  const verdict = isOver
    ? failed(fault, `begins within ${LIMIT_MINUTES} min`, 'not run: time is over')
    : await attempt(fault);
  verdicts.push(verdict);
  say(describe(verdict));
}
say(`\n${tableOf(verdicts)}`);
say(`\nseed ${seed}, ${Math.round((performance.now() - startedAt) / 1000)} s`);
const isWhole = values.fault === undefined && !values.short;
const longCode = isWhole ? await runLongSuites() : 0;
process.exit(verdicts.every(isSound) ? longCode : 1);

/** @returns the exit code of the suites in test/long */
async function runLongSuites(): Promise<number> {
  const child = spawn(process.execPath, ['scripts/test.mjs', '--long'], { stdio: 'inherit' });
  // An interrupted run removes what it started.
  for (const signal of SIGNALS) process.once(signal, () => child.kill(signal));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** A fault whose rig fails was not withstood. */
async function attempt(fault: Fault): Promise<Verdict> {
  const extent = values.short ? (fault.short ?? fault.full) : fault.full;
  try {
    return await runFault(fault, extent, seed);
  } catch (error) {
    const figure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return failed(fault, 'the rig does its work', figure);
  }
}

function failed({ number, name }: Fault, what: string, figure: string): Verdict {
  const figures = { accepted: 0, delivered: 0, lost: 0, duplicates: 0, overlaps: 0, recoveryMs: 0, spent: '' };
  return { number, name, ...figures, broken: [], findings: [isTrue(what, false, figure)], impossible: null };
}

function choose(numbers: string | undefined): readonly Fault[] {
  if (numbers === undefined) return values.short ? FAULTS.filter(({ short }) => short !== undefined) : FAULTS;
  return numbers.split(',').map((text) => {
    const found = FAULTS.find(({ number }) => number === Number(text));
    return found ?? fail(`There is no fault ${text}; there are ${FAULTS.map(({ number }) => number).join(', ')}`);
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
