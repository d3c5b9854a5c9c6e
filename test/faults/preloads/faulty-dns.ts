// Loaded before a process of the service: names in FAULT_DIRECTORY/dns.json resolve as the rig says, which may change.
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyNames } from '../faulty-names.js';

const file = join(process.env['FAULT_DIRECTORY'] ?? '', 'dns.json');
const trueLookup = dns.promises.lookup;
/** libuv runs so many look-ups at once in its pool of four threads; the others wait. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function lookup(host: string, options: dns.LookupAllOptions): Promise<dns.LookupAddress[]> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await answerFor(host, options);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function answerFor(host: string, options: dns.LookupAllOptions): Promise<dns.LookupAddress[]> {
  const answer = namesNow()[host];
  if (answer === undefined) return trueLookup(host, options);
  if (answer.delaySeconds !== undefined) await delay(answer.delaySeconds * 1000);
  if (answer.code !== undefined)
    throw Object.assign(new Error(`getaddrinfo ${answer.code} ${host}`), { code: answer.code });
  return [{ address: answer.address ?? '', family: 4 }];
}

function namesNow(): FaultyNames {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FaultyNames;
  } catch {
    return {};
  }
}

dns.promises.lookup = lookup as typeof dns.promises.lookup;
syncBuiltinESMExports();
