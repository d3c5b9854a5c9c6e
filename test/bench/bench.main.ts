import { writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { Bed, BODY_BYTES } from './bed.js';
import { measureYardstick } from './children.js';
import { Cleanup } from './cleanup.js';
import { type Measured, type Notes, type Result, round, target } from './measure.js';
import { describe, table } from './report.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { describeStatements } from './statements.js';

const YARDSTICK_REQUESTS = 40_000;
/** Yardstick of the machine for which targets in deliveries per second are stated. */
const REFERENCE_YARDSTICK_US = 28;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** `npm run bench [-- --scenario NAME] [--json FILE] [--scale FACTOR] [--statements]`. */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    json: { type: 'string' },
    scale: { type: 'string', default: '1' },
    statements: { type: 'boolean', default: false },
  },
});
const scale = Number(values.scale);
const chosen = values.scenario === undefined ? Object.keys(SCENARIOS) : [values.scenario];
const unknown = chosen.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0)
  refuse(`There is no scenario ${unknown.join()}; there are ${Object.keys(SCENARIOS).join(', ')}`);
if (!(scale > 0)) refuse(`--scale must be a number above 0, not ${values.scale}`);

let cleanup = new Cleanup();
let exitCode = 0;
const interruption = new AbortController();
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    interruption.abort();
    void cleanup.run().then(() => process.exit(code));
  });
}

const results: Result[] = [];
for (const name of chosen) {
  cleanup = new Cleanup();
  try {
    results.push(await measure(name, SCENARIOS[name]!));
  } catch (error) {
    exitCode = 1;
    const why = error instanceof Error ? error.stack : String(error);
    if (!interruption.signal.aborted) process.stderr.write(`${name} FAILED: ${why}\n`);
  }
  await cleanup.run();
}
process.stdout.write(`\n${table(results)}`);
if (values.json !== undefined) {
  const kept = values.scenario === undefined ? results : results[0];
  if (kept !== undefined) writeFileSync(values.json, `${JSON.stringify(kept, null, 2)}\n`);
}
process.exit(exitCode);

async function measure(name: string, scenario: Scenario): Promise<Result> {
  await requireRoom((scenario.diskGb ?? 2) * scale);
  const bed = await Bed.make(cleanup, scenario.settings, values.statements);
  const before = await yardstickUs(bed);
  const measured = await scenario.run({ scenario: name, bed, scale });
  const yardstick = round((before + (await yardstickUs(bed))) / 2, 1);
  const result = {
    ...measured,
    yardstick_us: yardstick,
    notes: { ...measured.notes, ...judge(scenario, measured, yardstick) },
  };
  process.stdout.write(describe(result));
  if (values.statements) process.stdout.write(await describeStatements(bed));
  return result;
}

/** Measured before and after, because the speed of a machine changes. */
function yardstickUs(bed: Bed): Promise<number> {
  const requests = Math.max(2000, Math.round(YARDSTICK_REQUESTS * Math.min(1, scale)));
  return measureYardstick({ port: bed.receiver.port, bodyBytes: BODY_BYTES, requests }, cleanup);
}

/** Evaluates the targets that depend on the speed of the machine. */
function judge({ targets = {} }: Scenario, measured: Measured, yardstick: number): Notes {
  const { mostYardsticks, leastPerSecond } = targets;
  const yardsticks = measured.cpu_us_per_delivery.total / yardstick;
  const perSecond = measured.deliveries_per_second;
  const wanted = Math.round(((leastPerSecond ?? 0) * REFERENCE_YARDSTICK_US) / yardstick);
  return {
    ...(mostYardsticks !== undefined &&
      target(`<= ${mostYardsticks} yardsticks a delivery`, yardsticks <= mostYardsticks, yardsticks.toFixed(1))),
    ...(leastPerSecond !== undefined &&
      target(
        `>= ${wanted}/s (${leastPerSecond} at ${REFERENCE_YARDSTICK_US} µs a yardstick)`,
        perSecond >= wanted,
        perSecond,
      )),
  };
}

/** @throws if the disk might fill up */
async function requireRoom(gb: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb < gb + 1)
    throw new Error(`It needs ${gb.toFixed(1)} GB in ${tmpdir()}, where ${freeGb.toFixed(1)} are free`);
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
