import type { QueryClient } from '@tanstack/react-query';

const LOOK_MS = 250;
/** Of looks without a request, one after the other: between two requests, the code of a screen may arrive. */
const QUIET_LOOKS = 2;
/** 10 s: a request that hangs must not keep the rest away. */
const MAX_LOOKS = 40;
/** A service that is away is not asked all the time. */
const RETRY_MS = 10_000;

/**
 * Loads what the first screen does not need once that has its data: earlier, it would share the line and the processor
 * with it. Tries again until it is loaded: the service may be away just then.
 *
 * @param queries of the page
 */
export function loadAfterFirstData(queries: QueryClient, load: () => Promise<unknown>): void {
  let looks = 0;
  let quietLooks = 0;
  const timer = setInterval(() => {
    looks += 1;
    quietLooks = queries.isFetching() === 0 ? quietLooks + 1 : 0;
    if (quietLooks < QUIET_LOOKS && looks < MAX_LOOKS) return;
    clearInterval(timer);
    load().catch(() => setTimeout(() => loadAfterFirstData(queries, load), RETRY_MS));
  }, LOOK_MS);
}
