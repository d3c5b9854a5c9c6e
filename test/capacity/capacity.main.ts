import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Cleanup } from '../bench/cleanup.js';
import { Measuring, measureOwnYardstick } from './measuring.js';
import { type Command, help, OptionFault, parseCommand } from './options.js';
import { planFor } from './plan.js';
import { describePlan } from './report.js';
import { errorTable, withTables } from './tables.js';
import { parseUnits, type Units, UnitsFault } from './units.js';

/** `npm run capacity -- --rate 50k --fanout 3 --payload 2k --retention 30`; `--help` lists all options. */
const FILE = 'docs/unit-costs.json';
const PAGE = 'docs/scaling.md';
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const cleanup = new Cleanup();
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => void cleanup.run().then(() => process.exit(code)));
}
try {
  await perform(parseCommand(process.argv.slice(2)));
} catch (error) {
  const isExpected = error instanceof OptionFault || error instanceof UnitsFault;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
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
      assertWritable(to ?? FILE);
      const units = await new Measuring(command.scale, cleanup, tell).units();
      if (to === null) adopt(units);
      else writeFileSync(to, textOf(units));
      tell(`\n${errorTable(units.errors)}\n`);
      return;
    }
    case 'adopt':
      adopt(unitsFrom(command.from));
      return;
    case 'check': {
      const units = unitsFrom(command.from);
      tell(`\n${errorTable(await new Measuring(command.scale, cleanup, tell).errors(units))}\n`);
    }
  }
}

/** Puts unit costs into the file that calculations use, and into the page that shows them. */
function adopt(units: Units): void {
  const page = withTables(readFileSync(PAGE, 'utf8'), units);
  writeFileSync(FILE, textOf(units));
  writeFileSync(PAGE, page);
}

function textOf(units: Units): string {
  return `${JSON.stringify(units, null, 2)}\n`;
}

/** A measurement takes minutes, and must not be lost at its end. @throws OptionFault */
function assertWritable(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch {
    throw new OptionFault(`${file} cannot be written: create its directory, or give another file with --to.`);
  }
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

function tell(text: string): void {
  process.stdout.write(text);
}
