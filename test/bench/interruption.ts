import { constants } from 'node:os';
import type { Cleanup } from './cleanup.js';

/** What Ctrl-C, a supervisor and a terminal that closes send. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends this process with the cleanup, and then with 128 and the number of the signal.
 *
 * @returns aborts at the signal. What fails afterwards fails because of it
 */
export function endOnSignals(cleanup: Cleanup): AbortSignal {
  const interruption = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      interruption.abort();
      void cleanup.run().then(() => process.exit(128 + constants.signals[signal]));
    });
  }
  // A terminal that has closed takes no output. Without a listener, the next line would end this process at once.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return interruption.signal;
}
