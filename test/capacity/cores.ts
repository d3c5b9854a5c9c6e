import { run } from '../../src/local/local-server.js';

/** Cores for what is measured, and cores for what publishes and receives, as `taskset` takes them. */
export interface Cores {
  readonly measured: string;
  readonly others: string;
}

/** The lower half for the measured processes. Null on a single core, where nothing can be separated. */
export function splitCores(count: number): Cores | null {
  if (count < 2) return null;
  const half = Math.floor(count / 2);
  return { measured: range(0, half - 1), others: range(half, count - 1) };
}

function range(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Moves a process with all of its threads. What it starts later stays on the same cores. @throws without `taskset` */
export async function pin(pid: number, cores: string): Promise<void> {
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, `${pid}`]);
}
