import { access, thisStay } from '../api/access';
import { answerOf } from '../api/failure';
import {
  createReplay,
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  type ListedSubscriptionAnswer,
  publishToAll,
} from '../api/generated';
import { nowMs } from '../lib/clock';
import { type DemoState, demoState } from './demo-state';
import { type DemoApi, type DemoProgress, isDemo, runDemo } from './run-demo';

const PAGE = 200;
const NOTHING: DemoProgress = { made: 0, found: 0, published: 0, total: 0 };
/** A replay that is slow enough to be watched, in deliveries per second. */
const REPLAY_RATE = 1;

let stopping: AbortController | null = null;

access.subscribe(() => {
  if (access.get().state === 'signed-out') forgetDemo();
});

/** Makes the sample traffic, and says in the store how far it is. Does nothing while it is being made. */
export async function startDemo(): Promise<void> {
  if (stopping !== null) return;
  const stop = untilItIsOver();
  stopping = stop;
  let progress = NOTHING;
  let end: DemoState;
  demoState.set({ state: 'running', progress });
  try {
    progress = await runDemo(demoApi(stop.signal), {
      origin: window.location.origin,
      chance: Math.random,
      wait: (ms) => pause(ms, stop.signal),
      onProgress: (now) => {
        progress = now;
        if (!stop.signal.aborted) demoState.set({ state: 'running', progress });
      },
    });
    end = { state: 'done', progress };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'That did not work.';
    end = stop.signal.aborted ? { state: 'stopped', progress } : { state: 'failed', progress, why };
  }
  // It is forgotten, and there may be another one.
  if (stopping !== stop) return;
  stopping = null;
  demoState.set(end);
}

/** Aborts at the latest when the stay of the person is over. */
function untilItIsOver(): AbortController {
  const stop = new AbortController();
  thisStay().addEventListener('abort', () => stop.abort(), { once: true });
  return stop;
}

export function stopDemo(): void {
  stopping?.abort();
}

/** What one person made is not for the next. */
function forgetDemo(): void {
  stopping = null;
  demoState.set({ state: 'idle' });
}

/**
 * Removes the subscriptions that demos have made.
 *
 * @returns how many; null if it was stopped, because somebody else or another tenant came
 * @throws Refused, Unreachable
 */
export async function removeDemo(): Promise<number | null> {
  const stop = untilItIsOver();
  stopping = stop;
  try {
    const made = (await allSubscriptions()).filter(isDemo);
    for (const { id } of made) {
      const removal = deleteSubscription({ path: { id }, signal: stop.signal });
      // There is nothing in the answer.
      await answerOf(removal.then((result) => ({ ...result, data: true })));
    }
    demoState.set({ state: 'idle' });
    return made.length;
  } catch (error) {
    if (stop.signal.aborted) return null;
    throw error;
  } finally {
    if (stopping === stop) stopping = null;
  }
}

function demoApi(signal: AbortSignal): DemoApi {
  const since = new Date(nowMs()).toISOString();
  return {
    list: allSubscriptions,
    subscribe: (input) => answerOf(createSubscription({ body: input, signal })),
    publish: ({ type, tags, idempotencyKey, payload }) => {
      const headers = {
        'X-Event-Tags': tags.join(','),
        ...(idempotencyKey !== null && { 'Idempotency-Key': idempotencyKey }),
      };
      return answerOf(publishToAll({ path: { event_type: type }, headers, body: payload, signal }));
    },
    replay: (id) =>
      answerOf(createReplay({ body: { kind: 'failed', subscription_id: id, since, rate: REPLAY_RATE }, signal })),
  };
}

async function allSubscriptions(): Promise<ListedSubscriptionAnswer[]> {
  const all: ListedSubscriptionAnswer[] = [];
  let cursor: string | null = null;
  do {
    const query = { limit: PAGE, ...(cursor !== null && { cursor }) };
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(query);
    all.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
}

function readPage(query: { readonly limit: number; readonly cursor?: string }) {
  return answerOf(listSubscriptions({ query }));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      clearTimeout(timer);
      reject(new Error('Stopped.'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stopped);
      resolve();
    }, ms);
    if (signal.aborted) stopped();
    else signal.addEventListener('abort', stopped, { once: true });
  });
}
