import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface EventuallyOptions<T> {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** Whether this is the awaited value. Defaults to accepting any value. */
  readonly until?: (value: T) => boolean;
}

/**
 * Calls `probe` until it does not throw and its value fulfils `until`. Returns that value.
 * @throws Error with the last value or error in the message, and that error as `cause`.
 */
export async function eventually<T>(probe: () => T | Promise<T>, options: EventuallyOptions<T> = {}): Promise<T> {
  const { timeoutMs = 30_000, intervalMs = 25, until = () => true } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const startedAt = performance.now();
    const outcome = await tryOnce(probe);
    if (!('error' in outcome) && until(outcome.value)) return outcome.value;
    // The last try starts after the deadline, so a change before the deadline is always seen, even on a slow machine.
    if (startedAt > deadline) throw timedOut(timeoutMs, outcome);
    await delay(intervalMs);
  }
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
