import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks in /proc are hundredths of a second. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
const MB = 1_048_576;

/** Costs of processes are read from /proc. On systems without it, all costs are 0. */
const hasProc = existsSync('/proc/self/stat');

/** CPU time that a process and its children have used so far, in ms. */
export function cpuMs(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ownCpuMs(each, each === pid), 0);
}

/** Resident memory of a process, in MB. */
export function rssMb(pid: number): number {
  const pages = Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0);
  return (pages * PAGE_BYTES) / MB;
}

/**
 * Memory of a process and its children, in MB. `all` counts shared memory once, unlike a sum of resident memory. `own`
 * counts only anonymous memory.
 */
export function familyMb(pid: number, which: 'all' | 'own' = 'all'): number {
  const field = which === 'all' ? /^Pss:\s+(\d+)/m : /^Pss_Anon:\s+(\d+)/m;
  const kilobytes = [pid, ...childrenOf(pid)].map((each) => {
    return Number(field.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** With `withEnded`, includes the CPU time of children that have ended. */
function ownCpuMs(pid: number, withEnded: boolean): number {
  const fields = statOf(pid).map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return (user + system + (withEnded ? endedUser + endedSystem : 0)) * MS_PER_TICK;
}

function childrenOf(pid: number): number[] {
  if (!hasProc) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => Number(statOf(each)[1]) === pid);
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
