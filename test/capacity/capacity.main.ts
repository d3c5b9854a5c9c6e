import { readFileSync, writeFileSync } from 'node:fs';
import { Cleanup } from '../bench/cleanup.js';
import { endOnSignals } from '../bench/interruption.js';
import { findWriteFault } from '../bench/output-file.js';
import { Measuring, measureOwnYardstick } from './measuring.js';
import { type Command, help, OptionFault, parseCommand } from './options.js';
import { planFor } from './plan.js';
import { describePlan } from './report.js';
import { assertPlaces, errorTable, PageFault, withTables } from './tables.js';
import { parseUnits, type Units, UnitsFault } from './units.js';

/** `npm run capacity -- --rate 50k --fanout 3 --payload 2k --retention 30`; `--help` lists all options. */
const FILE = 'docs/unit-costs.json';
const PAGE = 'docs/scaling.md';

const cleanup = new Cleanup();
const interruption = endOnSignals(cleanup);
try {
  await perform(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!interruption.aborted) reportFailure(error);
}
await cleanup.run();
process.exit();

async function perform(command: Command): Promise<void> {
  switch (command.does) {
    case 'help':
      tell(help());
      return;
    case 'calculate': {
      const { question, from } = command;
      const units = unitsFrom(from);
      const yardstick = question.yardstick === 'measure' ? await measureOwnYardstick(cleanup) : question.yardstick;
      tell(describePlan(planFor(units, question, yardstick), question, units));
      return;
    }
    case 'measure': {
      const { to } = command;
      // A measurement takes minutes, and must not be lost at its end.
      if (to === null) assertAdoptable();
      else assertWritable(to);
      const units = await new Measuring(command.scale, cleanup, tell).units();
      if (to === null) adopt(units);
      else writeFileSync(to, textOf(units));
      tell(`\n${errorTable(units.errors)}\n`);
      return;
    }
    case 'adopt': {
      const units = unitsFrom(command.from);
      assertAdoptable();
      adopt(units);
      return;
    }
    case 'check': {
      const units = unitsFrom(command.from);
      tell(`\n${errorTable(await new Measuring(command.scale, cleanup, tell).errors(units))}\n`);
    }
  }
}

/** Puts unit costs into the file that calculations use, and into the page that shows them. */
function adopt(units: Units): void {
  // The page can be made from this file again; see --adopt.
  writeFileSync(FILE, textOf(units));
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), units));
}

/** @throws OptionFault, PageFault */
function assertAdoptable(): void {
  let page: string;
  try {
    page = readFileSync(PAGE, 'utf8');
  } catch {
    throw new OptionFault(`${PAGE} cannot be read: run this in a checkout of the service.`);
  }
  assertPlaces(page);
  for (const file of [FILE, PAGE]) assertWritable(file);
}

function textOf(units: Units): string {
  return `${JSON.stringify(units, null, 2)}\n`;
}

/** @throws OptionFault */
function assertWritable(file: string): void {
  const fault = findWriteFault(file);
  if (fault !== null) throw new OptionFault(`${file} ${fault}.`);
}

/** @throws UnitsFault */
function unitsFrom(given: string | null): Units {
  const file = given ?? FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UnitsFault(`${file} cannot be read: give another file with --from, or leave --from out.`, { cause });
  }
  return parseUnits(text, file);
}

function reportFailure(error: unknown): void {
  const isExpected = [OptionFault, UnitsFault, PageFault].some((kind) => error instanceof kind);
  const text = error instanceof Error ? (isExpected ? error.message : error.stack) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

function tell(text: string): void {
  process.stdout.write(text);
}
