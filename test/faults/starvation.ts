import { readFileSync } from 'node:fs';

const NS_PER_MS = 1_000_000;

/** How long processes were ready to run while the machine ran others. */
export class Starvation {
  private readonly waitedAtFirst = new Map<number, number>();

  /**
   * The longest such time of a process, in milliseconds, since this was first asked about it. Linux only: elsewhere 0.
   */
  longestMs(pids: readonly number[]): number {
    const sinceMs = pids.map((pid) => {
      const waitedMs = waitedMsOf(pid);
      const first = this.waitedAtFirst.get(pid) ?? waitedMs;
      this.waitedAtFirst.set(pid, first);
      return waitedMs - first;
    });
    return Math.max(0, ...sinceMs);
  }
}

/** Of the main thread, which runs JavaScript. 0 when it has ended. */
function waitedMsOf(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / NS_PER_MS;
  } catch {
    return 0;
  }
}
