import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, environmentFor, Failure, root } from '../toolchain.mjs';

/** The line of the local start with the URL of the service. */
const READY = /is ready at (http:\S+) /;

/** Starts a service with a database of its own, and a receiver that accepts everything; both on free ports. */
export async function startService(node) {
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-clients-'));
  const receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { output } = await capture(node, [join(root, 'scripts', 'make-key.mjs')]);
  const key = /whk_\S+/.exec(output)?.[0];
  if (key === undefined) throw new Failure(`make-key printed no key:\n${output}`);
  const settings = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key, ALLOWED_TARGET_CIDRS: '127.0.0.0/8', PORT: '0' };
  const child = spawn(node, [join(root, 'dist', 'src', 'local', 'local.main.js')], {
    cwd: directory,
    env: environmentFor(node, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async () => {
    receiver.close();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const url = await readyUrl(child);
    return { url, key, target: `http://127.0.0.1:${receiver.address().port}/`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyUrl(child) {
  let output = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        const [, url] = READY.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
    }
    child.once('close', () => reject(new Failure(`The service did not start:\n${output}`)));
  });
}
