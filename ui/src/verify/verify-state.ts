import { access } from '../api/access';
import { nowMs } from '../lib/clock';

/** What another screen hands over to the tool. */
interface VerifyState {
  /** A line for each header. */
  readonly headers: string;
  readonly body: string;
}

const NOTHING: VerifyState = { headers: '', body: '' };
const MAX_KEPT = 20;
const kept = new Map<number, VerifyState>();
// A number that an earlier load of the page left in the history means nothing.
let latest = nowMs();

// What one person may read is not for the next.
access.subscribe(() => access.get().state === 'signed-out' && kept.clear());

/**
 * Keeps a request for the tool.
 *
 * @returns the state with which to go there. Browsers write the state of the history down, so it has a number only
 */
export function handOver(given: VerifyState): object {
  latest += 1;
  kept.set(latest, given);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return { verify: latest };
}

/** What was handed over with a state of the history; nothing after a reload, and for whoever signs in next. */
export function readVerifyState(state: unknown): VerifyState {
  const { verify } = (state ?? {}) as { readonly verify?: unknown };
  return (typeof verify === 'number' ? kept.get(verify) : undefined) ?? NOTHING;
}
