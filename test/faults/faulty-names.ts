import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How names resolve: to an address or by an error code, after a while where it says so. */
export type FaultyNames = Readonly<
  Record<string, { readonly address?: string; readonly code?: string; readonly delaySeconds?: number }>
>;

/** Holds from the next look-up on, in every process that has loaded `faulty-dns`. */
export async function setNames(directory: string, names: FaultyNames): Promise<void> {
  const file = join(directory, 'dns.json');
  await writeFile(`${file}.new`, JSON.stringify(names));
  await rename(`${file}.new`, file);
}
