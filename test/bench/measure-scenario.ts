import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Bed, BODY_BYTES } from './bed.js';
import { measureYardstick } from './children.js';
import type { Cleanup } from './cleanup.js';
import type { Build, Layout } from './layout.js';
import { type Result, round } from './measure.js';
import { describe } from './report.js';
import { SCENARIOS } from './scenarios/index.js';
import { judge } from './speed-targets.js';
import { describeStatements } from './statements.js';

const YARDSTICK_REQUESTS = 40_000;

export interface MeasureOptions {
  readonly build: Build;
  readonly layout: Layout;
  readonly scale: number;
  readonly withStatements: boolean;
}

/**
 * Runs a scenario on a new bed, and prints its results. Removes the bed also after a failure.
 *
 * @throws if the run breaks a promise of the service, or cannot run
 */
export async function measureScenario(name: string, options: MeasureOptions, cleanup: Cleanup): Promise<Result[]> {
  const ofBed = await cleanup.nested();
  try {
    return await measureOn(name, options, ofBed);
  } finally {
    await ofBed.run();
  }
}

async function measureOn(name: string, options: MeasureOptions, cleanup: Cleanup): Promise<Result[]> {
  const { build, layout, scale, withStatements } = options;
  const scenario = SCENARIOS[name]!;
  await requireRoom((scenario.diskGb ?? 2) * scale);
  const { settings = {} } = scenario;
  const bed = await Bed.make(cleanup, { build, layout, settings, withStatements });
  const before = await yardstickUs(bed, scale, cleanup);
  const measured = await scenario.run({ scenario: name, bed, scale });
  // Measured before and after, because the speed of a machine changes.
  const yardstick = round((before + (await yardstickUs(bed, scale, cleanup))) / 2, 1);
  const results = [measured].flat().map((each): Result => {
    const { speedTargets: _, scenario: ofScenario, variant, ...figures } = each;
    const names = { scenario: ofScenario, ...(variant !== undefined && { variant }), layout };
    return { ...names, ...figures, yardstick_us: yardstick, notes: { ...each.notes, ...judge(each, yardstick) } };
  });
  for (const result of results) process.stdout.write(describe(result));
  if (withStatements) process.stdout.write(await describeStatements(bed));
  return results;
}

function yardstickUs(bed: Bed, scale: number, cleanup: Cleanup): Promise<number> {
  const requests = Math.max(2000, Math.round(YARDSTICK_REQUESTS * Math.min(1, scale)));
  return measureYardstick({ port: bed.receiver.port, bodyBytes: BODY_BYTES, requests }, cleanup);
}

/** @throws if the disk might fill up */
export async function requireRoom(gb: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb < gb + 1)
    throw new Error(`It needs ${gb.toFixed(1)} GB in ${tmpdir()}, where ${freeGb.toFixed(1)} are free`);
}
