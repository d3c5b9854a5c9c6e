import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface EventuallyOptions<T> {
  readonly timeoutMs?: number;
  /** Pause between two tries. Defaults to 25 ms in the first quarter of a second, and then to longer ones. */
  readonly intervalMs?: number;
  /** Whether this is the awaited value. Defaults to accepting any value. */
  readonly until?: (value: T) => boolean;
}

const FIRST_INTERVAL_MS = 25;
const LAST_INTERVAL_MS = 100;
/** A pause is at most this part of the time waited so far, so a wait takes little longer than what it waits for. */
const SHARE = 0.1;

/**
 * Calls `probe` until it does not throw and its value fulfils `until`. Returns that value.
 * @throws Error with the last value or error in the message, and that error as `cause`.
 */
export async function eventually<T>(probe: () => T | Promise<T>, options: EventuallyOptions<T> = {}): Promise<T> {
  const { timeoutMs = 30_000, intervalMs, until = () => true } = options;
  const beganAt = performance.now();
  const deadline = beganAt + timeoutMs;
  for (;;) {
    const startedAt = performance.now();
    const outcome = await tryOnce(probe);
    if (!('error' in outcome) && until(outcome.value)) return outcome.value;
    // The last try starts after the deadline, so a change before the deadline is always seen, even on a slow machine.
    if (startedAt > deadline) throw timedOut(timeoutMs, outcome);
    await delay(intervalMs ?? growingInterval(performance.now() - beganAt));
  }
}

/** Looks less often in a long wait, since each look takes the processor from what it waits for. */
function growingInterval(waitedMs: number): number {
  return Math.min(LAST_INTERVAL_MS, Math.max(FIRST_INTERVAL_MS, waitedMs * SHARE));
}

type Outcome<T> = { value: T } | { error: unknown };

async function tryOnce<T>(probe: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}

function timedOut(timeoutMs: number, outcome: Outcome<unknown>): Error {
  const waited = `Waited ${timeoutMs} ms in vain; at last`;
  if (!('error' in outcome)) return new Error(`${waited} the value was ${inspect(outcome.value)}`);
  const { error } = outcome;
  return new Error(`${waited} it threw: ${error instanceof Error ? error.message : inspect(error)}`, { cause: error });
}
