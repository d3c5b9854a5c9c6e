import { setTimeout as delay } from 'node:timers/promises';

export interface Sampler<T> {
  /** Ends the sampling. @throws when a sample failed */
  stop(): Promise<T[]>;
}

/** Takes a sample now and then, one after another. */
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
  // Whoever stops it sees the failure all the same.
  sampling.catch(() => undefined);
  return {
    stop: () => {
      over.abort();
      return sampling;
    },
  };
}
