import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Bed, type StatementCost } from './bed.js';
import { PARTS, type Result } from './measure.js';
import { measureYardstick } from './processes.js';
import { SCENARIOS } from './scenarios.js';

/** `npm run bench [-- --scenario NAME] [--json FILE] [--scale FACTOR] [--statements]`. */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    json: { type: 'string' },
    scale: { type: 'string', default: '1' },
    statements: { type: 'boolean', default: false },
  },
});
const chosen = values.scenario === undefined ? Object.keys(SCENARIOS) : [values.scenario];
const unknown = chosen.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0) {
  process.stderr.write(`There is no scenario ${unknown.join(', ')}; there are ${Object.keys(SCENARIOS).join(', ')}\n`);
  process.exit(1);
}

const results: Result[] = [];
for (const name of chosen) {
  const scenario = SCENARIOS[name]!;
  const bed = await Bed.make(scenario.settings, values.statements);
  try {
    const yardstickUs =
      Math.round((await measureYardstick({ port: bed.receiver.port, bodyBytes: bed.bodyBytes })) * 10) / 10;
    const result = await scenario.run(bed, yardstickUs, Number(values.scale));
    results.push(result);
    process.stdout.write(`${describe(result)}\n`);
    if (values.statements) process.stdout.write(describeStatements(await bed.statements()));
  } finally {
    await bed.stop();
  }
}
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(values.scenario === undefined ? results : results[0], null, 2)}\n`);
}
process.exit(0);

function describeStatements(statements: readonly StatementCost[]): string {
  return statements
    .map(({ text, calls, rows, total_ms, wal_bytes, full_pages }) => {
      const wal = `${Math.round(wal_bytes / 1024)} KB of WAL, ${full_pages} full pages`;
      return `  ${total_ms} ms, ${calls} calls, ${rows} rows, ${wal}: ${text.slice(0, 110)}\n`;
    })
    .join('');
}

function describe(result: Result): string {
  const { cpu_us_per_delivery: cpu, ingest_ms: ingest, end_to_end_ms: endToEnd } = result;
  const yardsticks = (cpu.total / result.yardstick_us).toFixed(1);
  const latency = (name: string, ms: { p50: number; p99: number } | null): string =>
    ms === null ? '' : `  ${name} p50 ${ms.p50} p99 ${ms.p99} ms`;
  const parts = PARTS.map((part) => `${part} ${cpu[part]}`).join(', ');
  const memory = PARTS.map((part) => `${part} ${result.rss_mb[part]}`).join(', ');
  return [
    `${result.scenario.padEnd(12)} ${result.deliveries_per_second}/s  ${cpu.total} µs a delivery = ${yardsticks} yardsticks of ${result.yardstick_us} µs`,
    `  (${parts})${latency('ingest', ingest)}${latency('end to end', endToEnd)}  MB: ${memory}`,
    ...Object.entries(result.notes ?? {}).map(([name, value]) => `  ${name}: ${value}`),
  ].join('\n');
}
