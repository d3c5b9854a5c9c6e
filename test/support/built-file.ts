import { fileURLToPath } from 'node:url';

/** Tests run from their sources, programs such as the fault rig from what was built of them. */
const BUILD_DIRECTORY = new URL(import.meta.url.includes('/dist/test/') ? '../../' : '../../dist/', import.meta.url);

/** @param path of a built file, below `dist` */
export function builtFile(path: string): string {
  return fileURLToPath(new URL(path, BUILD_DIRECTORY));
}
