import { Store } from '../lib/store';
import { getLiveness } from './generated';

const PROBE_MS = 2000;

/** Whether the service answers. */
export const isReachable = new Store(true);
let probing: ReturnType<typeof setTimeout> | undefined;
const returns = new Set<() => void>();

/** Calls back each time that the service answers again. */
export function onReturn(callback: () => void): void {
  returns.add(callback);
}

/** Any answer shows that the service is there, a refusal included. */
export function noteAnswer(): void {
  if (isReachable.get()) return;
  clearTimeout(probing);
  probing = undefined;
  isReachable.set(true);
  for (const callback of returns) callback();
}

/** Asks again and again until there is an answer. */
export function noteSilence(): void {
  isReachable.set(false);
  probing ??= setTimeout(() => {
    probing = undefined;
    void probe();
  }, PROBE_MS);
}

async function probe(): Promise<void> {
  // The client notes the answer, or the silence.
  await getLiveness({ throwOnError: false });
}
