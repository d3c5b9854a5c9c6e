import { rm } from 'node:fs/promises';
import type { TestServers } from './global-setup.js';

export default async function stopTestServers(): Promise<void> {
  const { testServers = [], testDirectory } = globalThis as TestServers;
  for (const server of testServers.toReversed()) {
    await server.stop();
    await rm(server.directory, { recursive: true, force: true });
  }
  if (testDirectory !== undefined) await rm(testDirectory, { recursive: true, force: true });
}
