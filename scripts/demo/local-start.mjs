import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
// By name, parseEnv could not be imported by the older Node.js that only starts the right one.
import util from 'node:util';
import { environmentFor, root } from '../toolchain.mjs';

/** The address is not that of a local start. Its message is enough for the user. */
export class NotLocal extends Error {}

/** Includes an installation and a build. */
const START_TIMEOUT_MS = 300_000;
const POLL_MS = 300;
const PROBE_TIMEOUT_MS = 5000;
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/**
 * Finds a local start, or starts one at the default address.
 *
 * @param url where it is; undefined for the default
 * @returns its origin, and the service if this has started it
 * @throws NotLocal if something else is there, or nothing where `url` or `mayStart` leaves no choice
 */
export async function findLocalStart(node, { url, mayStart, signal }) {
  const origin = originOf(url ?? `http://127.0.0.1:${defaultPort()}`);
  if (await isLocalStart(origin)) return { origin, service: null };
  if (url !== undefined || !mayStart) throw new NotLocal(`Nothing answers at ${origin}. Start it with: npm start`);
  const child = spawn(node, [join(root, 'scripts', 'start.mjs')], { stdio: 'inherit', env: environmentFor(node) });
  const service = { ended: new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1))) };
  const isOver = service.ended.then(() => true);
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && !signal.aborted; waitedMs += POLL_MS) {
    if (await Promise.race([isOver, delay(POLL_MS, false)])) break;
    if (await isLocalStart(origin)) return { origin, service };
  }
  child.kill('SIGTERM');
  throw new NotLocal('The service did not start.');
}

/** Where `npm start` would listen. */
function defaultPort() {
  const file = join(root, '.env');
  const { PORT = '' } = existsSync(file) ? util.parseEnv(readFileSync(file, 'utf8')) : {};
  return process.env.PORT || PORT || 8000;
}

/** @throws NotLocal unless the URL leads to this machine */
function originOf(url) {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'http:' && LOOPBACK.test(parsed.hostname)) return parsed.origin;
  throw new NotLocal(
    `The demo publishes to a local start on this machine only, such as http://127.0.0.1:8000, not to ${url}.`,
  );
}

/**
 * Asks for what only a local start has: the echo receiver, which is there while the API needs no key.
 *
 * @returns false if nothing answers
 * @throws NotLocal if something else answers
 */
async function isLocalStart(origin) {
  let answer;
  try {
    answer = await fetch(`${origin}/echo/demo`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), redirect: 'manual' });
  } catch {
    return false;
  }
  const isEcho = answer.status === 200 && Array.isArray(await answer.json().catch(() => null));
  if (isEcho) return true;
  throw new NotLocal(
    `${origin} is not a local start that needs no key: it has no echo receiver. The demo would publish its events to ` +
      'real receivers, so it does nothing.',
  );
}
