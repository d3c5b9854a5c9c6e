import { builtFile } from './built-file.js';

/**
 * For processes of the service: one that starts reads what another has compiled, which is a third of the work of a
 * start. Nothing where no run of tests keeps such a cache.
 */
export function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const directory = process.env['TEST_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/**
 * Arguments of Node.js for processes of the service: they load it from one file instead of thousands, and leave their
 * memory alone when they have had little to do for 8 s. Collecting it then takes a sixth of what a start does. None
 * where no run of tests has bundled the service.
 */
export function bundledService(): string[] {
  if (process.env['TEST_LIBRARIES'] === undefined) return [];
  return ['--no-memory-reducer', '--import', builtFile('test/faults/preloads/bundled-service.js')];
}
