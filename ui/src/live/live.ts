import type { QueryClient } from '@tanstack/react-query';
import { access, tenant } from '../api/access';
import { watch } from '../api/generated';
import { Refused } from '../api/failure';
import { readAgain } from '../api/query-client';
import { Store } from '../lib/store';
import { applyMessages } from './apply-messages';
import { LiveConnection, type LiveMessage, type LiveNotice, type LiveState, type StreamEvent } from './live-connection';

/** How often what nothing in the stream brings up to date row by row is read again. */
const STATS_MS = 5000;
const REPLAYS_MS = 2000;
/** A page that is looked at again soon keeps its connection. */
const GRACE_MS = 10_000;

export const liveState = new Store<LiveState>('connecting');

/** Something that shows what the stream says, and not only what changed by it. */
interface LiveFollower {
  readonly onMessages: (messages: readonly LiveMessage[]) => void;
  readonly onNotice: (notice: LiveNotice) => void;
  /** What was shown belongs to somebody else now. */
  readonly onForget: () => void;
}

const followers = new Set<LiveFollower>();

/** Hands over what comes from now on, by the one connection that the page has. */
export function followMessages(follower: LiveFollower): void {
  followers.add(follower);
}

/** Follows the live view as long as somebody looks at the page and is signed in. */
export function followLive(queryClient: QueryClient): void {
  // A request that is under way is not cut short, or a slow one would never end.
  const soon = (kind: string, everyMs: number): (() => void) =>
    throttled(() => void queryClient.invalidateQueries({ queryKey: [kind] }, { cancelRefetch: false }), everyMs);
  const readStatsSoon = soon('stats', STATS_MS);
  const readReplaysSoon = soon('replays', REPLAYS_MS);
  const connection = new LiveConnection({
    read: readStream,
    onState: (state) => liveState.set(state),
    onMessages: (messages: readonly LiveMessage[]) => {
      applyMessages(queryClient, messages);
      readStatsSoon();
      readReplaysSoon();
      for (const { onMessages } of followers) onMessages(messages);
    },
    onNotice: (notice) => {
      for (const { onNotice } of followers) onNotice(notice);
    },
    onUnknown: () => readAgain(queryClient),
  });
  const forget = (): void => {
    connection.forget();
    for (const { onForget } of followers) onForget();
  };
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const follow = (): void => {
    clearTimeout(leaving);
    if (access.get().state === 'signed-out') forget();
    else if (!mayFollow()) connection.sleep();
    else if (document.visibilityState === 'visible') connection.start();
    else leaving = setTimeout(() => connection.sleep(), GRACE_MS);
  };
  document.addEventListener('visibilitychange', follow);
  access.subscribe(follow);
  tenant.subscribe(() => {
    forget();
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
