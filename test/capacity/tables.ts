import { parseCommand, type Question } from './options.js';
import { fullMachine, planFor } from './plan.js';
import { describePlan, figure } from './report.js';
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

export class PageFault extends Error {}

/** @throws PageFault if the place of a table is missing */
export function withTables(page: string, units: Units): string {
  return Object.entries(TABLES).reduce((text, [name, table]) => {
    const { from, to } = placeOf(name, text);
    return `${text.slice(0, from)}\n\n${table(units)}\n\n${text.slice(to)}`;
  }, page);
}

/** @throws PageFault if `withTables` would */
export function assertPlaces(page: string): void {
  for (const name of Object.keys(TABLES)) placeOf(name, page);
}

/** The text between the two lines that enclose a table. */
function placeOf(name: string, page: string): { from: number; to: number } {
  const start = page.indexOf(START(name));
  const from = start + START(name).length;
  const to = page.indexOf(END, from);
  // Without its own end, a table would replace everything up to that of the next one.
  if (start === -1 || to === -1 || page.slice(from, to).includes('<!-- ')) {
    throw new PageFault(`docs/scaling.md needs the line "${START(name)}" and, below it, "${END}": put them back.`);
  }
  return { from, to };
}

function measuredWith({ measured_with }: Units): string {
  const { command, commit, date, machine, yardstick_us, reached } = measured_with;
  return rowsOf([
    ['command', 'commit', 'date', 'machine', 'yardstick', 'rates reached'],
    [`\`${command}\``, commit, date, machine, `${yardstick_us} µs`, `${Math.round(reached * 100)} % or more`],
  ]);
}

function unitCosts(units: Units): string {
  const microseconds = (seconds: number): string => `${figure(seconds * 1e6)} µs`;
  const cpu = SHAPES.flatMap((shape) =>
    partsOf(shape).map((part) => {
      const costs = costsOf(units, shape, part);
      const cells = [costs.event, costs.delivery, costs.retry, costs.kilobyte].map(microseconds);
      return [
        `CPU of ${part}, ${shape}`,
        `${figure(costs.busy, 2)} cores from ${units.fully_at_work[shape]}/s`,
        ...cells,
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
    ['events/s: 60 % of what fills it', ...MACHINES.map((cores) => `${cores} cores`)],
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

export function errorTable(errors: readonly ErrorRow[]): string {
  return rowsOf([
    ['load', 'what', 'predicted', 'measured', 'error'],
    ...errors.map(({ load, what, predicted, measured }) => {
      return [load, what, figure(predicted), figure(measured), errorText(predicted, measured)];
    }),
  ]);
}

function errorText(predicted: number, measured: number): string {
  // No share of nothing.
  if (measured === 0) return predicted === 0 ? '0 %' : '';
  const percent = Math.round((predicted / measured - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

/** A table as Prettier formats it. */
function rowsOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}
