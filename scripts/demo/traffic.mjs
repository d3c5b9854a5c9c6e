import { setTimeout as delay } from 'node:timers/promises';
import { isDemo, runDemo } from '../../ui/src/demo/run-demo.ts';
import { Failure } from '../toolchain.mjs';

const CALL_TIMEOUT_MS = 30_000;
const PAGE = 200;
const LINE_MS = 5000;

/** Makes the traffic, and says what it does. @returns the exit code */
export async function showDemo(origin, signal) {
  console.log(`Sample traffic for about a minute, to watch at ${origin}/ui`);
  let progress = { made: 0, found: 0, published: 0, total: 0 };
  let saidAt = 0;
  const onProgress = (now) => {
    progress = now;
    if (performance.now() - saidAt < LINE_MS || now.published === 0) return;
    saidAt = performance.now();
    console.log(`  ${now.published} of ${now.total} events published`);
  };
  const wait = (ms) => delay(ms, undefined, { signal });
  try {
    await runDemo(apiOf(origin), { origin, chance: Math.random, wait, onProgress });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const { made, found, published } = progress;
  const again = found === 0 ? '' : `, used ${found} of an earlier demo`;
  console.log(
    `${signal.aborted ? 'Stopped. ' : ''}It made ${counted(made, 'subscription')}${again}, published ${counted(published, 'event')}, and ` +
      `removed nothing.\n  To remove the subscriptions: npm run demo -- --remove\n` +
      `  Events and deliveries stay until RETENTION_DAYS are over. To start over: stop the service and delete .data`,
  );
  return signal.aborted ? 130 : 0;
}

/** Removes the subscriptions of all demos. @returns the exit code */
export async function removeDemo(origin) {
  const found = (await apiOf(origin).list()).filter(isDemo);
  for (const { id } of found) await call(origin, 'DELETE', `/subscriptions/${id}`);
  console.log(`Removed ${counted(found.length, 'subscription')}. Their history stays until RETENTION_DAYS are over.`);
  return 0;
}

function counted(count, what) {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function apiOf(origin) {
  const since = new Date().toISOString();
  return {
    list: async () => {
      const all = [];
      for (let cursor = ''; cursor !== null;) {
        const page = await call(origin, 'GET', `/subscriptions?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
        all.push(...page.data);
        cursor = page.next_cursor;
      }
      return all;
    },
    subscribe: (body) => call(origin, 'POST', '/subscriptions', { body }),
    publish: ({ type, payload, tags, idempotencyKey }) => {
      const key = idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey };
      return call(origin, 'POST', `/webhooks/${type}`, {
        body: payload,
        headers: { 'x-event-tags': tags.join(','), ...key },
      });
    },
    // Slow enough to be watched.
    replay: (id) => call(origin, 'POST', '/replays', { body: { kind: 'failed', subscription_id: id, since, rate: 1 } }),
  };
}

/** @throws Failure with the service's reason for a refusal */
async function call(origin, method, path, { body, headers = {} } = {}) {
  const answer = await fetch(origin + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error) => {
    throw new Failure(`The service does not answer any more: ${error.message}`);
  });
  const text = await answer.text();
  if (answer.ok) return text === '' ? null : JSON.parse(text);
  throw new Failure(`${method} ${path} answered ${answer.status}: ${text}`);
}
