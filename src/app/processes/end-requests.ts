/** Who sent a request to end: the operating system, or the supervisor. */
export type EndSource = 'signal' | 'supervisor';

/**
 * Counts requests to end. Ctrl-C and systemd signal a whole group of processes, so a process may get the same signal
 * twice: from the operating system, and through its supervisor. As a second signal, it would cut the drain short.
 */
export class EndRequests {
  private readonly counts: Record<EndSource, number> = { signal: 0, supervisor: 0 };

  /** @returns whether this request has not arrived from the other source yet */
  isNew(source: EndSource): boolean {
    const known = Math.max(...Object.values(this.counts));
    this.counts[source] += 1;
    return this.counts[source] > known;
  }
}
