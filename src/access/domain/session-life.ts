/** How long a browser's session lives, in milliseconds. */
export interface SessionLife {
  /** Without use. */
  readonly idleMs: number;
  /** From its beginning, however much it is used. */
  readonly maxMs: number;
}

/** Uses within this time of each other renew a session once. */
const RENEWAL_MS = 60_000;

/** The time at which a session ends if it is not used again after `usedAtMs`. */
export function sessionEndMs(createdAtMs: number, usedAtMs: number, { idleMs, maxMs }: SessionLife): number {
  return Math.min(usedAtMs + idleMs, createdAtMs + maxMs);
}

/** Whether a use at `nowMs` should be written down: it prolongs the session, and the last one was not a moment ago. */
export function isRenewalDue(
  { createdAtMs, endMs }: { readonly createdAtMs: number; readonly endMs: number },
  nowMs: number,
  life: SessionLife,
): boolean {
  // Short lives, as in tests, are renewed in steps of their own.
  const step = Math.min(RENEWAL_MS, life.idleMs / 4);
  return sessionEndMs(createdAtMs, nowMs, life) - endMs >= step;
}
