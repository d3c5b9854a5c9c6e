import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc are hundredths of a second. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
const MB = 1_048_576;

/** What processes cost stands in /proc. Where there is none, all costs are 0. */
const hasProc = existsSync('/proc/self/stat');

/** CPU time a process and its children have used so far, in ms. */
export function cpuMs(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ownCpuMs(each, each === pid), 0);
}

/** Resident memory of a process, in MB. */
export function rssMb(pid: number): number {
  const pages = Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0);
  return (pages * PAGE_BYTES) / MB;
}

/**
 * Memory of a process and its children, in MB. What they share counts once, which a sum of resident memory would not
 * do; or only what is their own.
 */
export function familyMb(pid: number, which: 'all' | 'own' = 'all'): number {
  const field = which === 'all' ? /^Pss:\s+(\d+)/m : /^Pss_Anon:\s+(\d+)/m;
  const kilobytes = [pid, ...childrenOf(pid)].map((each) => {
    return Number(field.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** With `withEnded`, that of children that ended and were waited for too. */
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

/** The fields after the name, which stands in parentheses and may hold any character: state, parent, … */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
}

/** Nothing when the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
