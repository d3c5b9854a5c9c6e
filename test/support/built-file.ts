import { fileURLToPath } from 'node:url';

/** Tests run from source; programs such as the fault rig run from `dist`. */
const BUILD_DIRECTORY = new URL(import.meta.url.includes('/dist/test/') ? '../../' : '../../dist/', import.meta.url);

/** @param path path of a built file, relative to `dist` */
export function builtFile(path: string): string {
  return fileURLToPath(new URL(path, BUILD_DIRECTORY));
}
