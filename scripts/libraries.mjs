import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, environmentFor, newestIn, root, toolPath } from './toolchain.mjs';

/** Beside the build, and gone with it: both are made again when the dependencies have changed. */
const BUNDLED = join(root, 'dist', 'test', 'libraries');
const CONFIGURATION = join(root, 'scripts', 'libraries.config.mjs');

/**
 * Bundles the largest libraries for Jest, and the service for processes of the tests. They are started hundreds of times,
 * and more than half of a start was loading 2,000 files of libraries and 600 of ours.
 *
 * @param signal ends the bundling when it aborts
 * @returns variables that tell the tests where the bundles are; none if the libraries cannot be bundled here, because
 * tests work with the libraries as they are published, too
 */
export async function bundleLibraries(node, signal) {
  const variables = { TEST_LIBRARIES: BUNDLED };
  const index = join(BUNDLED, 'index.json');
  if (existsSync(index) && newestIn(index) > newestIn(CONFIGURATION)) return variables;
  const made = `${BUNDLED}.${process.pid}`;
  const { code, output } = await capture(node, [toolPath('rolldown'), '--config', CONFIGURATION], {
    env: environmentFor(node, { LIBRARIES_DIRECTORY: made }),
    signal,
  });
  if (code !== 0) {
    rmSync(made, { recursive: true, force: true });
    if (!signal.aborted)
      console.log(`The libraries could not be bundled, so the tests take longer:\n${output.trimEnd()}`);
    return {};
  }
  rmSync(BUNDLED, { recursive: true, force: true });
  renameSync(made, BUNDLED);
  return variables;
}
