// Makes a minute of traffic at a local start, so that every screen of the dashboard has something to show.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLocalStart, NotLocal } from './demo/local-start.mjs';
import { ensureDependencies, ensureNode, environmentFor, Failure, NODE_MAJOR, root, runMain } from './toolchain.mjs';

const USAGE = `Usage: npm run demo [-- [--url http://127.0.0.1:8000] [--remove]]
  --url     a local start (npm start); where none runs at the default, this starts one
  --remove  removes the subscriptions that earlier demos have made, and does nothing else`;

await runMain(async () => {
  const { url, remove } = readArguments();
  ensureDependencies();
  const node = ensureNode();
  // The traffic is written in TypeScript, which the Node.js of the project runs as it is.
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) return again(node);
  const { removeDemo, showDemo } = await import('./demo/traffic.mjs');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());
  try {
    const local = await findLocalStart(node, { url, mayStart: !remove, signal: stop.signal });
    if (remove) return await removeDemo(local.origin);
    const code = await showDemo(local.origin, stop.signal);
    if (local.service === null || stop.signal.aborted) return (await local.service?.ended) ?? code;
    console.log('The service that this has started goes on. Ctrl-C stops it; the data stays in .data.');
    return await local.service.ended;
  } catch (error) {
    if (error instanceof NotLocal) throw new Failure(error.message);
    throw error;
  }
});

function readArguments() {
  try {
    const options = { url: { type: 'string' }, remove: { type: 'boolean', default: false } };
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
}

function again(node) {
  const child = spawn(node, [join(root, 'scripts', 'demo.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: environmentFor(node),
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
