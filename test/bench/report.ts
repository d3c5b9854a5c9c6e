import { PARTS, type Percentiles, type PerPart, type Result, sum } from './measure.js';

/** Text of one result, with its notes. */
export function describe(result: Result): string {
  const { cpu_us_per_delivery: cpu } = result;
  return [
    `${nameOf(result)}, ${result.layout}: ${result.deliveries_per_second}/s, ${cpu.total} µs a delivery = ${yardsticksOf(result)} yardsticks of ${result.yardstick_us} µs`,
    `  CPU µs: ${listOf(cpu)}; MB: ${listOf(result.rss_mb)}`,
    `  ms, p50 / p99: ingest ${latency(result.ingest_ms)}, end to end ${latency(result.end_to_end_ms)}`,
    ...Object.entries(result.notes ?? {}).map(([name, value]) => `  ${name}: ${value}`),
    '',
  ].join('\n');
}

function listOf(perPart: PerPart): string {
  return PARTS.flatMap((part) => (perPart[part] === undefined ? [] : [`${part} ${perPart[part]}`])).join(', ');
}

/** The scenario and, if it has several results, which one. */
export function nameOf({ scenario, variant }: Pick<Result, 'scenario' | 'variant'>): string {
  return variant === undefined ? scenario : `${scenario} ${variant}`;
}

const HEADINGS = [
  'scenario',
  'layout',
  'per second',
  'CPU µs',
  'yardsticks',
  ...PARTS,
  'ingest p50 / p99 ms',
  'end to end p50 / p99 ms',
  'MB',
  'targets',
];

export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    nameOf(result),
    result.layout,
    `${result.deliveries_per_second}`,
    `${result.cpu_us_per_delivery.total}`,
    yardsticksOf(result),
    ...PARTS.map((part) => `${result.cpu_us_per_delivery[part] ?? '-'}`),
    latency(result.ingest_ms),
    latency(result.end_to_end_ms),
    `${sum(result.rss_mb)}`,
    targetsOf(result),
  ]);
  return columns([HEADINGS, ...rows]);
}

/** Lines of cells, each column as wide as its widest cell. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(
      (line) =>
        line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}

function yardsticksOf({ cpu_us_per_delivery: { total }, yardstick_us }: Result): string {
  return (total / yardstick_us).toFixed(1);
}

function latency(ms: Percentiles | null): string {
  return ms === null ? '-' : `${ms.p50} / ${ms.p99}`;
}

function targetsOf({ notes = {} }: Result): string {
  const targets = Object.entries(notes).filter(([name]) => name.startsWith('target '));
  const reached = targets.filter(([, value]) => `${value}`.startsWith('reached'));
  return `${reached.length} of ${targets.length}`;
}
