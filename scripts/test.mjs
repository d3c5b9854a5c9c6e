import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runChecks } from './check.mjs';
import { bundleLibraries } from './libraries.mjs';
import { ensureTestServers } from './test-servers.mjs';
import {
  ensureBuild,
  ensureDependencies,
  ensureLowestNode,
  ensureNode,
  environmentFor,
  Failure,
  root,
  runMain,
  toolPath,
} from './toolchain.mjs';
import { ensureBuilt, isBuilt } from './ui/build.mjs';

const SKIP_CHECKS = '--skip-checks';
/** Runs what `npm test` leaves out because it takes long, and nothing else. */
const LONG = '--long';
const SHOWN_SUITES = 10;
const COMPILE_ONCE = join(root, 'scripts', 'compile-once.mjs');
/** A file system in memory, on Linux. */
const MEMORY = '/dev/shm';
/** The databases and queues of a run take 300 MB at the most. */
const NEEDED_BYTES = 2 * 1024 ** 3;
const given = process.argv.slice(2);
const isLong = given.includes(LONG);
const jestArguments = given.filter((argument) => argument !== SKIP_CHECKS && argument !== LONG);

await runMain(async () => {
  ensureDependencies();
  const node = ensureNode();
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => interruption.abort(name));
  const { signal } = interruption;
  let sayBuilt;
  const built = new Promise((resolve) => (sayBuilt = resolve));
  // Builds and tests often wait, and the checks take the time that they leave.
  const skipsChecks = isLong || given.includes(SKIP_CHECKS);
  const checking = skipsChecks ? { passed: 0, failed: 0 } : runChecks(node, { atOnce: 1, signal, built });
  const libraries = await build(node, signal).catch((error) => {
    interruption.abort(error);
    throw error;
  });
  sayBuilt();
  const [checks, tests] = await Promise.all([checking, runJest(node, signal, libraries)]);
  const failed = checks.failed + tests.failed;
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  console.log(`${checks.passed + tests.passed} passed, ${failed} failed${skipped}`);
  return failed === 0 ? 0 : 1;
});

/** Makes all that the tests need. @returns variables that tell them where the bundles are */
async function build(node, signal) {
  // Beside the build of the service, for the walks of a person.
  const dashboard = ensureBuilt(node);
  // They may have to be downloaded, which goes on meanwhile. A failure is thrown below, unless the build fails first.
  const servers = ensureTestServers(node);
  servers.catch(() => undefined);
  ensureBuild(node);
  ensureLowestNode();
  await servers;
  // What measures runs as production does.
  const [libraries] = await Promise.all([isLong ? {} : bundleLibraries(node, signal), dashboard]);
  // A page that is too large works. The checks find that.
  if (!isBuilt()) throw new Failure('The dashboard could not be built: npm run ui:build says why.');
  // Jest would not hear of a signal that came before it was started.
  if (signal.aborted) throw new Failure(`Ended by ${signal.reason}.`);
  return libraries;
}

async function runJest(node, signal, libraries) {
  const directory = mkdtempSync(join(memoryOrDisk(), 'webhooks-tests-'));
  // PostgreSQL may run as another user, which must be able to enter it.
  chmodSync(directory, 0o755);
  const resultFile = join(directory, 'result.json');
  try {
    // What measures must run alone. The list of projects ends at the next option, so that it takes no path for one.
    const projects = isLong ? ['--runInBand', '--selectProjects', 'long'] : ['--ignoreProjects', 'long'];
    const args = [...projects, '--json', `--outputFile=${resultFile}`, ...jestArguments];
    const code = await exitOfJest(args, { node, directory, signal, libraries });
    const result = readResult(resultFile);
    for (const line of slowestSuites(result?.testResults ?? [])) console.log(line);
    for (const title of skippedTests(result?.testResults ?? [])) console.log(`skipped: ${title}`);
    return countTests(code, result);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Where tests keep their files: in memory if there is room, because they make and remove many thousands. */
function memoryOrDisk() {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

function exitOfJest(args, { node, directory, signal, libraries }) {
  // Jest needs the first flag for ES modules. The second suppresses the warning about it in each process.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--import', COMPILE_ONCE];
  const child = spawn(node, [...flags, toolPath('jest'), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environmentFor(node, { TMPDIR: directory, ...libraries }),
  });
  // This process removes the directory of an interrupted Jest, so it must not end first.
  signal.addEventListener('abort', () => child.kill(signal.reason));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function slowestSuites(suites) {
  const secondsOf = ({ startTime, endTime }) => (endTime - startTime) / 1000;
  const slowest = suites.toSorted((a, b) => secondsOf(b) - secondsOf(a)).slice(0, SHOWN_SUITES);
  return slowest.map((suite) => `${secondsOf(suite).toFixed(1).padStart(6)} s  ${relative(root, suite.name)}`);
}

/** Tests that need what this machine lacks; their titles say what. */
function skippedTests(suites) {
  const tests = suites.flatMap(({ assertionResults }) => assertionResults);
  return tests.filter(({ status }) => status === 'pending').map(({ fullName }) => fullName);
}

/** A suite that could not run counts as a failure, and so does a run without tests or with an unexplained exit code. */
function countTests(code, result) {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  const isUnexplained = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: isUnexplained ? 1 : failed, skipped: result?.numPendingTests ?? 0 };
}
