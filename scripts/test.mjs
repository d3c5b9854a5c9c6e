import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
const jestArguments = process.argv.slice(2).filter((argument) => argument !== SKIP_CHECKS);

await runMain(async () => {
  ensureDependencies();
  const node = ensureNode();
  ensureBuild(node);
  ensureLowestNode();
  await ensureRedis();
  const checks = process.argv.includes(SKIP_CHECKS) ? { passed: 0, failed: 0 } : await runChecks(node);
  const tests = await runJest(node);
  const failed = checks.failed + tests.failed;
  console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

async function runJest(node) {
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-jest-'));
  const resultFile = join(directory, 'result.json');
  try {
    const code = await exitOfJest(node, ['--json', `--outputFile=${resultFile}`, ...jestArguments]);
    return countTests(code, readResult(resultFile));
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

/** A suite that could not run counts as a failure, and so does a run without tests or with an unexplained exit code. */
function countTests(code, result) {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  const isUnexplained = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: isUnexplained ? 1 : failed };
}
