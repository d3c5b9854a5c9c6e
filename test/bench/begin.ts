import type { LocalServer } from '../../src/local/local-server.js';
import type { Cleanup } from './cleanup.js';

/** Waits for a server that is still starting when a measurement ends, and stops it. It would leave half a directory. */
export async function begin<T extends LocalServer | null>(cleanup: Cleanup, starting: Promise<T>): Promise<T> {
  const stop = starting.then(
    (server) => () => server?.stop(),
    () => () => undefined,
  );
  await cleanup.add(async () => (await stop)());
  return starting;
}
