import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runChecks } from './check.mjs';
import { ensureRedis } from './redis.mjs';
import {
  ensureBuild,
  ensureDependencies,
  ensureLowestNode,
  ensureNode,
  environmentFor,
  root,
  runMain,
  toolPath,
} from './toolchain.mjs';

const SKIP_CHECKS = '--skip-checks';
/** Runs what `npm test` leaves out because it takes long, and nothing else. */
const LONG = '--long';
const SHOWN_SUITES = 10;
const given = process.argv.slice(2);
const isLong = given.includes(LONG);
const jestArguments = given.filter((argument) => argument !== SKIP_CHECKS && argument !== LONG);

await runMain(async () => {
  ensureDependencies();
  const node = ensureNode();
  ensureBuild(node);
  ensureLowestNode();
  await ensureRedis();
  const checks = isLong || given.includes(SKIP_CHECKS) ? { passed: 0, failed: 0 } : await runChecks(node);
  const tests = await runJest(node);
  const failed = checks.failed + tests.failed;
  console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

async function runJest(node) {
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-jest-'));
  const resultFile = join(directory, 'result.json');
  try {
    const projects = [isLong ? '--selectProjects' : '--ignoreProjects', 'long'];
    // The list of projects ends at the next option, so that it takes no path for one of them.
    const code = await exitOfJest(node, [...projects, '--json', `--outputFile=${resultFile}`, ...jestArguments]);
    const result = readResult(resultFile);
    for (const line of slowestSuites(result?.testResults ?? [])) console.log(line);
    return countTests(code, result);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function exitOfJest(node, args) {
  // Jest needs the first flag for ES modules. The second suppresses the warning about it in each process.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(node, [...flags, toolPath('jest'), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environmentFor(node),
  });
  // This process removes the directory of an interrupted Jest, so it must not end first.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
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

/** A suite that could not run counts as a failure, and so does a run without tests or with an unexplained exit code. */
function countTests(code, result) {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  const isUnexplained = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: isUnexplained ? 1 : failed };
}
