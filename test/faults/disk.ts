import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/local/local-server.js';

/** Mounts a small file system in memory. @throws where this process may not mount one */
export async function mountDisk(directory: string, sizeMb: number): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'webhooks-faults', directory]);
}

/** Does nothing to a directory that is not a file system. */
export async function unmountDisk(directory: string): Promise<void> {
  await run('umount', [directory]).catch(() => undefined);
}

const BALLAST = 'ballast';

/** Fills it up. */
export async function fillDisk(directory: string): Promise<void> {
  const file = await open(join(directory, BALLAST), 'w');
  const chunk = Buffer.alloc(65_536, 1);
  try {
    for (;;) await file.write(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

export async function makeRoom(directory: string, sizeMb: number): Promise<void> {
  await run('mount', ['-o', `remount,size=${sizeMb}m`, directory]);
  await rm(join(directory, BALLAST), { force: true });
}
