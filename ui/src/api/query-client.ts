import { type InfiniteData, type Query, QueryClient } from '@tanstack/react-query';
import { access } from './access';
import { mayPass, Unreachable } from './failure';
import { onReturn } from './reachability';

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 5000;
const KEPT_MS = 10 * 60_000;
const BUSY_RETRIES = 2;
/** A list of more pages is not read again as a whole. Its newest rows are, and the others change by messages. */
const MAX_PAGES = 5;

/**
 * Holds what was read. A server that is away is asked until it is back, and what was shown stays; a refusal is shown at
 * once, because it will not change by itself.
 */
export function makeQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        gcTime: KEPT_MS,
        staleTime: FIRST_RETRY_MS,
        refetchOnWindowFocus: false,
        retry: (failures, error) => error instanceof Unreachable || (mayPass(error) && failures < BUSY_RETRIES),
        retryDelay: (failures) => Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS),
      },
      // What changes something is repeated by a person only.
      mutations: { networkMode: 'always', retry: false },
    },
  });
  onReturn(() => readAgain(queryClient));
  followAccess(queryClient);
  return queryClient;
}

/** What was read belongs to whoever was signed in. */
function followAccess(queryClient: QueryClient): void {
  let before = access.get();
  access.subscribe(() => {
    const now = access.get();
    if (now.state === 'signed-out') queryClient.clear();
    else if (before.state === 'ended' && now.state === 'signed-in') readAgain(queryClient);
    before = now;
  });
}

/** Reads everything again that is on the screen, because anything may have happened. */
export function readAgain(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ predicate: isReadAgain }, { cancelRefetch: false });
}

function isReadAgain({ state: { data } }: Query): boolean {
  const pages = (data as Partial<InfiniteData<unknown>> | undefined)?.pages;
  // A single page is kept up to date by the newest rows, which come on top only when that moves nothing.
  return !Array.isArray(pages) || (pages.length > 1 && pages.length <= MAX_PAGES);
}
