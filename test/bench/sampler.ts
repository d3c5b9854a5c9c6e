import { setTimeout as delay } from 'node:timers/promises';

export interface Sampler<T> {
  /** Stops sampling, and returns the samples. @throws if a sample failed */
  stop(): Promise<T[]>;
}

/** Takes samples at an interval, never two at once. */
export function sampleEvery<T>(intervalMs: number, take: () => Promise<T> | T): Sampler<T> {
  const over = new AbortController();
  const sampling = (async () => {
    const samples: T[] = [];
    do {
      samples.push(await take());
      await delay(intervalMs, undefined, { signal: over.signal }).catch(() => undefined);
    } while (!over.signal.aborted);
    return samples;
  })();
  // Prevents an unhandled rejection. stop() still reports the failure.
  sampling.catch(() => undefined);
  return {
    stop: () => {
      over.abort();
      return sampling;
    },
  };
}
