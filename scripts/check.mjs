import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  capture,
  ensureBuild,
  ensureDependencies,
  ensureNode,
  environmentFor,
  runMain,
  toolPath,
} from './toolchain.mjs';
import { SKIPPED } from './ui/skipped-tests.mjs';

const SIZES = 'sized (the worst ten)';
const BUILT = 'the dashboard: built, within its budget (vite)';
/** The output of these checks is always shown, even if they pass. */
const SHOWN = [SIZES, BUILT];
const DOCUMENTED = 'docs/openapi.json is up to date';
/** Those that need the service or the dashboard built. */
const OF_BUILDS = [BUILT, DOCUMENTED];

/** Titles, and arguments of Node.js. */
const CHECKS = [
  [
    'the dashboard: tested (vitest)',
    [toolPath('vitest'), 'run', '--root', 'ui', '--reporter=default', '--reporter=./scripts/ui/skipped-tests.mjs'],
  ],
  // Tests may be using the built files meanwhile.
  [BUILT, ['scripts/ui.mjs', 'build', '--if-needed']],
  ['the dashboard: its client is up to date', ['scripts/ui.mjs', 'client', '--check']],
  ['linted and typed (oxlint)', [toolPath('oxlint'), '.']],
  ['formatted (oxfmt)', [toolPath('oxfmt'), '--check', '.']],
  ['layered (dependency-cruiser)', [toolPath('depcruise'), 'src', 'test', '--config', '.dependency-cruiser.cjs']],
  ['docs/architecture.md draws the same layers', ['scripts/module-graph.mjs', '--check']],
  [SIZES, ['scripts/sizes.mjs']],
  ['locked by hash (package-lock.json)', ['scripts/lock-file.mjs']],
  ['nothing unused (knip)', [toolPath('knip'), '--no-progress']],
  [DOCUMENTED, ['dist/src/app/write-openapi.js', '--check']],
  [
    'docs/openapi.json is valid (redocly)',
    [toolPath('redocly'), 'lint', 'docs/openapi.json', '--config', 'redocly.yaml'],
  ],
];

/** Keeps checks from sending telemetry and from using the network. */
const OFFLINE = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };

/**
 * Runs all checks, even if some fail. Prints a line for each, and the output of those that failed.
 *
 * @param atOnce number of checks that run at once; each keeps a core busy, and the longest come first
 * @param signal ends the running checks when it aborts, and starts no others
 * @param built resolves when the service and the dashboard are built; without it, they already are
 */
export async function runChecks(node, { atOnce, signal, built }) {
  const counts = { passed: 0, failed: 0 };
  const env = environmentFor(node, OFFLINE);
  const waiting = CHECKS.values();
  const work = async () => {
    for (const [title, command] of waiting) {
      if (OF_BUILDS.includes(title)) await built;
      if (signal?.aborted) break;
      const { code, output } = await capture(node, command, { env, signal });
      const isShown = code !== 0 || SHOWN.includes(title);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title}${isShown ? `\n${output.trimEnd()}` : ''}`);
      if (!isShown) for (const line of skippedIn(output)) console.log(line);
      counts[code === 0 ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return counts;
}

/** What a check left out because this machine lacks a tool. */
function skippedIn(output) {
  return output.split('\n').filter((line) => line.startsWith(SKIPPED));
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    ensureDependencies();
    const node = ensureNode();
    ensureBuild(node);
    return (await runChecks(node, { atOnce: Math.min(4, availableParallelism()) })).failed === 0 ? 0 : 1;
  });
}
