import { readFileSync } from 'node:fs';

/** The most memory a process has taken so far, in MB; 0 when it has ended. Linux only. */
export function peakMbOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** The peak of the largest of a process and its children. Shared memory counts for each process that has touched it. */
export function peakMbOfFamily(pid: number): number {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return Math.max(...[pid, ...children].map(peakMbOf));
}

/** Empty when the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
