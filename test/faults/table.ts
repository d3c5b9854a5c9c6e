import type { Verdict } from './run-fault.js';
import { isSound } from './run-fault.js';

const HEAD = ['#', 'fault', 'accepted', 'delivered', 'lost', 'duplicates', 'recovery', 'verdict'] as const;
const NUMERIC = new Set([0, 2, 3, 4, 5, 6]);

/** The table of all verdicts, as text with columns. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = [[...HEAD], ...verdicts.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, n) => (NUMERIC.has(n) ? cell.padStart(widths[n]!) : cell.padEnd(widths[n]!))).join('  '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** What broke, and every measurement. */
export function describe(verdict: Verdict): string {
  const broken = verdict.broken.flatMap(({ name, count, violations }) => [
    `  BROKEN ${name}, ${count} times:`,
    ...violations.map((violation) => `    ${violation}`),
  ]);
  const found = verdict.findings.map(
    ({ what, holds, figure }) => `  ${holds ? 'holds ' : 'BROKEN'} ${what}: ${figure}`,
  );
  const spent = verdict.spent === '' ? [] : [`  seconds: ${verdict.spent}`];
  const kept = verdict.kept === undefined ? [] : [`  evidence: ${verdict.kept}`];
  return [`${verdict.number} ${verdict.name}: ${outcomeOf(verdict)}`, ...broken, ...found, ...spent, ...kept].join(
    '\n',
  );
}

function cellsOf(verdict: Verdict): string[] {
  const { number, name, accepted, delivered, lost, duplicates, recoveryMs, impossible } = verdict;
  const figures = [accepted, delivered, lost, duplicates].map(String);
  const measured = impossible === null ? [...figures, `${(recoveryMs / 1000).toFixed(1)} s`] : ['', '', '', '', ''];
  return [`${number}`, name, ...measured, outcomeOf(verdict)];
}

function outcomeOf(verdict: Verdict): string {
  if (verdict.impossible !== null) return `not possible here: ${verdict.impossible}`;
  if (isSound(verdict)) return verdict.overlaps > 0 ? `holds (${verdict.overlaps} overlaps of zombies)` : 'holds';
  const names = verdict.broken.map(({ name }) => name);
  const findings = verdict.findings
    .filter(({ holds }) => !holds)
    .map(({ what, figure }) => `${what} (${figure.split('\n')[0]})`);
  return `BROKEN ${[...names, ...findings].join(', ')}`;
}
