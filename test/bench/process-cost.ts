import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks in /proc are hundredths of a second. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
const MB = 1_048_576;

/** Costs of processes are read from /proc. On systems without it, all costs are 0. */
const hasProc = existsSync('/proc/self/stat');

/** CPU time that a process and its descendants have used so far, in ms. */
export function cpuMs(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + ownCpuMs(each), 0);
}

/** Resident memory of a process and its descendants, in MB. Counts memory that they share once for each. */
export function rssMb(pid: number): number {
  const pages = familyOf(pid).map((each) => Number(read(`/proc/${each}/statm`).split(' ')[1] ?? 0));
  return (pages.reduce((sum, each) => sum + each, 0) * PAGE_BYTES) / MB;
}

/**
 * Memory of a process and its descendants, in MB. `all` counts shared memory once, unlike a sum of resident memory.
 * `own` counts only anonymous memory.
 */
export function familyMb(pid: number, which: 'all' | 'own' = 'all'): number {
  const field = which === 'all' ? /^Pss:\s+(\d+)/m : /^Pss_Anon:\s+(\d+)/m;
  const kilobytes = familyOf(pid).map((each) => {
    return Number(field.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** Includes the CPU time of children that have ended. */
function ownCpuMs(pid: number): number {
  const ticks = statOf(pid).map(Number).slice(11, 15);
  return ticks.reduce((sum, each) => sum + each, 0) * MS_PER_TICK;
}

/** A process and its descendants. */
function familyOf(pid: number): number[] {
  if (!hasProc) return [];
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = Number(statOf(Number(name))[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const family = [pid];
  for (const each of family) family.push(...(childrenOf.get(each) ?? []));
  return family;
}

/** Fields after the name: state, parent, … The name is in parentheses and may contain any character. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
}

/** Returns an empty text if the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
