import { parseCommand, type Question } from './options.js';
import { fullMachine, planFor } from './plan.js';
import { describePlan } from './report.js';
import { type Costs, type ErrorRow, type Part, partsOf, type Shape, SHAPES, type Units } from './units.js';

const START = (name: string): string => `<!-- ${name}: written by npm run capacity -- --measure -->`;
const END = '<!-- end -->';

/** The calculation that docs/scaling.md shows. */
const EXAMPLE = '--rate 50000 --fanout 3 --payload 2k --retention 30';
const LOADS = {
  '1 KB to one receiver': '--payload 1k',
  '2 KB to 3': '--payload 2k --fanout 3',
  '1 KB to 100': '--fanout 100',
};
const MACHINES = [2, 4, 8, 16];

/** Tables of docs/scaling.md that show a measurement, by their markers. */
const TABLES: Readonly<Record<string, (units: Units) => string>> = {
  'measured with': measuredWith,
  'unit costs': unitCosts,
  'one machine': oneMachine,
  example,
  errors: ({ errors }) => errorTable(errors),
};

/** @throws if a table is missing */
export function withTables(page: string, units: Units): string {
  return Object.entries(TABLES).reduce((text, [name, table]) => {
    const from = text.indexOf(START(name));
    const to = text.indexOf(END, from);
    if (from === -1 || to === -1) throw new Error(`The page has no lines "${START(name)}" and "${END}".`);
    return `${text.slice(0, from)}${START(name)}\n\n${table(units)}\n\n${text.slice(to)}`;
  }, page);
}

function measuredWith({ measured_with }: Units): string {
  const { command, commit, date, machine, yardstick_us, reached } = measured_with;
  return rowsOf([
    ['command', 'commit', 'date', 'machine', 'yardstick', 'rates reached'],
    [`\`${command}\``, commit, date, machine, `${yardstick_us} µs`, `${Math.round(reached * 100)} % or more`],
  ]);
}

function unitCosts(units: Units): string {
  const microseconds = (value: number): string => (value * 1e6).toPrecision(3);
  const cpu = SHAPES.flatMap((shape) =>
    partsOf(shape).map((part) => {
      const costs = costsOf(units, shape, part);
      const cells = [costs.event, costs.delivery, costs.retry, costs.kilobyte].map(microseconds);
      return [
        `CPU of ${part}, ${shape}`,
        `${costs.busy.toPrecision(2)} cores`,
        ...cells.map((cell) => plain(cell, ' µs')),
      ];
    }),
  );
  const byte = (value: number): string => `${Math.round(value).toLocaleString('en')} B`;
  const { wal, disk } = units;
  return rowsOf([
    ['', 'per process at work', 'per event', 'per delivery', 'per retry', 'per KB of payload'],
    ...cpu,
    ['WAL', '', byte(wal.event), byte(wal.delivery), byte(wal.retry), byte(wal.kilobyte)],
    ['disk', '', byte(disk.event), byte(disk.delivery + disk.attempt), byte(disk.attempt), byte(disk.kilobyte)],
  ]);
}

function oneMachine(units: Units): string {
  const rateOf = (args: string, cores: number): string =>
    Number(fullMachine(units, questionOf(`--rate 1 ${args} --cores ${cores}`)).toPrecision(2)).toLocaleString('en');
  return rowsOf([
    ['events/s at 60 % of the CPU', ...MACHINES.map((cores) => `${cores} cores`)],
    ...Object.entries(LOADS).map(([name, args]) => [name, ...MACHINES.map((cores) => rateOf(args, cores))]),
  ]);
}

function example(units: Units): string {
  const question = questionOf(EXAMPLE);
  const report = describePlan(planFor(units, question, null), question, units);
  return `\`\`\`\n$ npm run capacity -- ${EXAMPLE}\n\n${report.trimEnd()}\n\`\`\``;
}

function questionOf(args: string): Question {
  const command = parseCommand(args.split(' '));
  if (command.does !== 'calculate') throw new Error(`${args} calculates nothing`);
  return command.question;
}

function costsOf(units: Units, shape: Shape, part: Part): Costs {
  return (units.cpu[shape] as Record<Part, Costs>)[part];
}

/** Without an exponent. */
function plain(digits: string, unit: string): string {
  return `${Number(digits).toLocaleString('en', { maximumFractionDigits: 1 })}${unit}`;
}

export function errorTable(errors: readonly ErrorRow[]): string {
  return rowsOf([
    ['load', 'what', 'predicted', 'measured', 'error'],
    ...errors.map(({ load, what, predicted, measured }) => {
      const percent = Math.round((predicted / measured - 1) * 100);
      return [load, what, number(predicted), number(measured), `${percent > 0 ? '+' : ''}${percent} %`];
    }),
  ]);
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}

/** A table as Prettier formats it. */
function rowsOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}
