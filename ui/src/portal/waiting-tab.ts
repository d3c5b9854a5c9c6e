/** Name of the channel, and of the note that a tab waits. */
export const WAITING = 'webhook-portal';

/**
 * Whether another tab of this browser waits for a code of a tenant. What talks to it is loaded only then.
 *
 * @param now milliseconds since the Unix epoch
 */
export function isAwaited(tenant: string, now: number): boolean {
  try {
    const waiting = JSON.parse(localStorage.getItem(WAITING) ?? 'null') as { tenant: string; until: number } | null;
    return waiting?.tenant === tenant && waiting.until > now;
  } catch {
    return false;
  }
}
