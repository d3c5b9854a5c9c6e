import type { QueryClient } from '@tanstack/react-query';
import { access, tenant } from '../api/access';
import { watch } from '../api/generated';
import { Refused } from '../api/failure';
import { readAgain } from '../api/query-client';
import { Store } from '../lib/store';
import { applyMessages } from './apply-messages';
import { LiveConnection, type LiveMessage, type LiveState, type StreamEvent } from './live-connection';

/** Kinds of what is read that nothing in the stream brings up to date row by row. */
const SUMMED_MS = 5000;
/** A page that is looked at again soon keeps its connection. */
const GRACE_MS = 10_000;

export const liveState = new Store<LiveState>('connecting');

/** Follows the live view as long as somebody looks at the page and is signed in. */
export function followLive(queryClient: QueryClient): void {
  const readSoon = throttled(() => void queryClient.invalidateQueries({ queryKey: ['stats'] }), SUMMED_MS);
  const connection = new LiveConnection({
    read: readStream,
    onState: (state) => liveState.set(state),
    onMessages: (messages: readonly LiveMessage[]) => {
      applyMessages(queryClient, messages);
      readSoon();
    },
    onUnknown: () => readAgain(queryClient),
  });
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const follow = (): void => {
    clearTimeout(leaving);
    if (!mayFollow()) connection.sleep();
    else if (document.visibilityState === 'visible') connection.start();
    else leaving = setTimeout(() => connection.sleep(), GRACE_MS);
  };
  document.addEventListener('visibilitychange', follow);
  access.subscribe(follow);
  tenant.subscribe(() => {
    connection.sleep();
    follow();
  });
  follow();
}

function mayFollow(): boolean {
  const who = access.get();
  return who.state !== 'signed-out' && who.state !== 'ended' && who.abilities.includes('deliveries:read');
}

async function readStream(
  lastId: string | null,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  let failure: unknown = null;
  const { stream } = await watch({
    signal,
    headers: lastId === null ? {} : { 'Last-Event-ID': lastId },
    // LiveConnection reconnects, because it also knows when nobody looks.
    sseMaxRetryAttempts: 1,
    onSseEvent: onEvent,
    onSseError: (error) => (failure = error),
  });
  for await (const _ of stream) if (signal.aborted) break;
  if (failure !== null) throw failure instanceof Error ? failure : new Refused(0, null);
}

/** Runs an action at most once in a while, and once more after the last call. */
function throttled(action: () => void, everyMs: number): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      action();
    }, everyMs);
  };
}
