import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TestServers } from './global-setup.js';

export default async function stopTestServers(): Promise<void> {
  const { testServers = [], testDirectory } = globalThis as TestServers;
  for (const server of testServers.toReversed()) {
    await server.stop();
    await rm(server.directory, { recursive: true, force: true });
  }
  // PostgreSQL may not have been able to enter the directory, and have made it elsewhere.
  const { TEST_CLUSTER: cluster } = process.env;
  if (cluster !== undefined) await rm(dirname(cluster), { recursive: true, force: true });
  if (testDirectory !== undefined) await rm(testDirectory, { recursive: true, force: true });
}
