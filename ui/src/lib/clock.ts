import { useSyncExternalStore } from 'react';

/** Milliseconds since the Unix epoch. */
export function nowMs(): number {
  return Date.now();
}

const SECOND_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let shownMs = nowMs();

/** One timer for all that shows a time. Hidden pages stand still. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, SECOND_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  if (document.visibilityState === 'hidden') return;
  shownMs = nowMs();
  for (const listener of listeners) listener();
}

/** The present time, and a new rendering whenever it moved by `stepMs`. */
export function useNow(stepMs = SECOND_MS): number {
  return useClock((now) => Math.floor(now / stepMs) * stepMs);
}

/** What follows from the present time, and a new rendering only when that changes. */
export function useClock<T extends string | number>(read: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(shownMs));
}
