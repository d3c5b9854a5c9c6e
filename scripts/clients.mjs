// Generates clients from /openapi.json of a running service, compiles them, and runs a program with each that
// subscribes, publishes, and waits until the event is delivered.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuild, ensureDependencies, ensureNode, Failure, runMain } from './toolchain.mjs';

const USAGE = `Usage: npm run test:clients [-- [options] [clients]]
  --url URL --key KEY --target URL   use a running service, its API key, and a receiver; by default, starts its own
  --check                            only say which tools are missing`;

await runMain(async () => {
  const { values, positionals } = readArguments();
  ensureDependencies();
  const node = ensureNode();
  const { GENERATORS } = await import('./clients/generators.mjs');
  const unknown = positionals.filter((name) => !(name in GENERATORS));
  if (unknown.length > 0) {
    throw new Failure(`Unknown: ${unknown.join(', ')}. Choose from ${Object.keys(GENERATORS).join(', ')}.`);
  }
  const chosen = positionals.length === 0 ? Object.keys(GENERATORS) : positionals;
  const generators = chosen.map((name) => GENERATORS[name]);
  if (values.check) return checkTools(generators);

  if (values.url === undefined) ensureBuild(node);
  const { startService } = await import('./clients/service.mjs');
  const service = values.url === undefined ? await startService(node) : { ...values, stop: () => undefined };
  try {
    return await runAll(generators, service);
  } finally {
    await service.stop();
  }
});

function readArguments() {
  const string = { type: 'string' };
  const options = { url: string, key: string, target: string, check: { type: 'boolean', default: false } };
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const given = [values.url, values.key, values.target].filter((value) => value !== undefined).length;
    if (given !== 0 && given !== 3) throw new Error('--url, --key and --target belong together.');
    return { values, positionals };
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
}

/** Prints a line for each generator whose tools are missing. */
async function checkTools(generators) {
  for (const { name, prepare } of generators) {
    const reason = await missingFor(prepare);
    if (reason !== null) console.log(`${name}: ${reason}`);
  }
  return 0;
}

async function runAll(generators, service) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const generator of generators) {
    const reason = await missingFor(generator.prepare);
    const fault = reason === null ? await faultOf(generator, service) : null;
    const outcome = reason !== null ? 'skipped' : fault === null ? 'passed' : 'failed';
    counts[outcome] += 1;
    const said = { passed: 'generated, compiled, ran', failed: fault, skipped: reason }[outcome];
    console.log(`${outcome.padEnd(7)} ${generator.name}: ${said}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

/** @returns why the generator cannot run on this machine; null if it can */
async function missingFor(prepare) {
  const { Missing } = await import('./clients/tools.mjs');
  try {
    await prepare();
    return null;
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
}

/** Generates, compiles and runs a client. @returns what is wrong with it; null if nothing is */
async function faultOf({ generate, compile, start }, { url, key, target }) {
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-client-'));
  let step = 'not generated';
  try {
    const document = await (await fetch(`${url}/openapi.json`)).text();
    writeFileSync(join(directory, 'openapi.json'), document);
    await generate(directory);
    step = 'not compiled';
    await compile(directory);
    step = 'not run';
    const environment = { WEBHOOKS_URL: url, WEBHOOKS_API_KEY: key, WEBHOOKS_TARGET: target };
    return outputFault(await start(directory, environment));
  } catch (error) {
    return `${step}: ${error.message}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Programs print a line of JSON: the status of a delivery, the deliveries of an event, and the code of an error. */
function outputFault(output) {
  const { status, deliveries, problem } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  if (status !== 'delivered') return `the delivery is ${status}`;
  if (!(deliveries > 0)) return `the event to all subscriptions has ${deliveries} deliveries`;
  return problem === 'subscription_not_found' ? null : `the error of an unknown subscription has the code ${problem}`;
}
