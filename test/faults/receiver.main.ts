import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expired } from '../support/expired-certificate.js';
import {
  type Behaviour,
  hang,
  type ReceivedRequest,
  reset,
  respond,
  ScriptedReceiver,
} from '../support/scripted-receiver.js';
import { NASTY } from './nasty.js';
import type { Received, ReceiverHello, ReceiverOrder } from './receiver.js';
import { chanceFor } from './seeded.js';

/** The receiver as a process of its own: it answers by chance or as told, and records every request. */
const MAX_DELAY_MS = 20;
/** Shares of all requests to a receiver that answers by chance. */
const SHARES = { fail: 0.15, hang: 0.03, reset: 0.02 };

const receiver = await ScriptedReceiver.start('0.0.0.0');
const secrets = new Map<string, string>();
let seed = 0;

/** Returns the same outcome for the same attempt of the same event in each run with this seed. */
const byChance: Behaviour = (response, request) => {
  const what = [request.path, eventNumber(request.body), request.attempt ?? 0] as const;
  const chance = chanceFor(seed, 'outcome', ...what);
  const answer = (behaviour: Behaviour): void => {
    const delayMs = chanceFor(seed, 'delay', ...what) * MAX_DELAY_MS;
    setTimeout(() => {
      behaviour(response, request);
    }, delayMs);
  };
  if (chance < SHARES.fail) answer(respond(500, { body: 'no' }));
  else if (chance < SHARES.fail + SHARES.hang) hang()(response, request);
  else if (chance < SHARES.fail + SHARES.hang + SHARES.reset) answer(reset());
  else answer(respond(200, { body: 'ok' }));
};

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ...NASTY,
  chance: byChance,
  ok: respond(200, { body: 'ok' }),
  closing: respond(200, { headers: { connection: 'close' } }),
  hang: hang(),
  poison: respond(500, { headers: { 'x-poison': 'throw' } }),
  deadly: respond(500, { headers: { 'x-poison': 'crash' } }),
};

function eventNumber(body: Buffer): number {
  return (JSON.parse(body.toString()) as { n: number }).n;
}

function describe(request: ReceivedRequest): Received {
  const { path, localAddress, webhookId, deliveryId, attempt, statusCode, startedAt, endedAt, body } = request;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return {
    ...{ path, localAddress, eventId: webhookId ?? '', deliveryId: deliveryId ?? '', attempt: attempt ?? 0 },
    ...{ statusCode, startedAt, endedAt, sha256, isSigned: isSigned(request) },
  };
}

function isSigned({ path, headers, body }: ReceivedRequest): boolean {
  const secret = secrets.get(path);
  if (secret === undefined) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const digest = createHmac('sha256', key).update(content).update(body).digest('base64');
  return headers['webhook-signature'] === `v1,${digest}`;
}

process.on('message', (order: ReceiverOrder) => {
  if ('report' in order) process.send?.(receiver.requests.map(describe));
  else if ('count' in order) process.send?.(receiver.requests.length);
  else {
    if ('seed' in order) seed = order.seed;
    if ('secret' in order) secrets.set(order.path, order.secret);
    if ('behaviour' in order) receiver.script(order.path, BEHAVIOURS[order.behaviour]!);
    process.send?.('done');
  }
});
process.on('disconnect', () => process.exit());

const tls = createServer(expired, (_, response) => response.end());
tls.on('tlsClientError', () => undefined);
tls.listen(0, '127.0.0.1', () => {
  const port = Number(new URL(receiver.url()).port);
  process.send?.({ port, tlsPort: (tls.address() as AddressInfo).port } satisfies ReceiverHello);
});
