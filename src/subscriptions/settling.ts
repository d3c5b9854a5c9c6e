import type { Settings } from '../shared/config/settings.js';

/**
 * How long a process may go on accepting events for the subscriptions that it knows, beyond the life of a cache entry:
 * the time of a slow look-up and of a slow commit, and the difference of two clocks.
 */
const SETTLING_MS = 10_000;

/** How long after a change an event may still be accepted or written as if it had not happened, in milliseconds. */
export function settlingMsOf({ subscriptionCacheTtl }: Pick<Settings, 'subscriptionCacheTtl'>): number {
  return subscriptionCacheTtl * 1000 + SETTLING_MS;
}
