import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { now } from './child.js';
import type { Accepted, PublisherOrder, PublisherReport, PublishOrder, Refusal } from './publisher.js';
import { chanceFor } from './seeded.js';

/** The publisher as a process of its own: offers events at a steady rate and records each answer. */
const TICK_MS = 10;
/** The pauses between two tries of an event: the first one, which doubles, and the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** The connections of an insisting publisher are limited, so that its repetitions do not overload the API. */
const CONNECTIONS = 100;
/** An insisting publisher gives up on an event after this long. */
const PATIENCE_MS = 120_000;
const MAX_FILLING = 400;

const connect = { timeout: 3000 };
const unlimited = new Agent({ connections: null, pipelining: 1, connect });
const limited = new Agent({ connections: CONNECTIONS, pipelining: 1, connect });
const accepted: Accepted[] = [];
const refusals: Refusal[] = [];
const posted: string[] = [];
const givenUp: number[] = [];
let nextNumber = 0;

interface Publication {
  readonly order: PublishOrder;
  isFinishing: boolean;
  /** Resolves when the last of its events is answered. */
  readonly done: Promise<void>;
}
const publications = new Map<string, Publication>();

function bodyOf(seed: number, n: number): string {
  return JSON.stringify({ n, filling: 'é'.repeat(Math.floor(chanceFor(seed, 'body', n) * MAX_FILLING)) });
}

async function publishOne(order: PublishOrder, n: number): Promise<void> {
  const body = bodyOf(order.seed, n);
  const sha256 = createHash('sha256').update(body).digest('hex');
  posted.push(sha256);
  const deadline = now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const answer = await post(order, n, body);
    if (answer.status === 202) {
      const { eventId, atMs, latencyMs } = answer;
      accepted.push({ n, path: order.path, sha256, eventId, atMs, latencyMs });
      return;
    }
    refusals.push(answer);
    if (!order.insists) return;
    if (now() > deadline) break;
    await delay(pauseMs);
  }
  givenUp.push(n);
}

interface Answer extends Refusal {
  readonly eventId: string;
}

async function post({ url, path, insists }: PublishOrder, n: number, body: string): Promise<Answer> {
  const startedAt = now();
  const answer = (status: number | null, code: string | null, eventId = ''): Answer => {
    return { status, code, eventId, atMs: now(), latencyMs: now() - startedAt };
  };
  const headers = {
    'content-type': 'application/json',
    ...(insists && { 'idempotency-key': `event-${n}` }),
  };
  try {
    const { statusCode, body: answered } = await request(url + path, {
      ...{ method: 'POST', dispatcher: insists ? limited : unlimited, headers, body },
      ...{ headersTimeout: 30_000, bodyTimeout: 30_000 },
    });
    const text = await answered.text();
    const content = JSON.parse(text) as { event_id?: string; code?: string };
    return answer(statusCode, content.code ?? null, content.event_id);
  } catch (error) {
    return answer(null, (error as { code?: string }).code ?? String(error));
  }
}

async function publish(order: PublishOrder, publication: () => Publication): Promise<void> {
  const startedAt = now();
  const answers: Promise<void>[] = [];
  for (;;) {
    const due = Math.floor(((now() - startedAt) * order.perSecond) / 1000) + 1;
    const isEnough = publication().isFinishing && answers.length >= order.events;
    if (isEnough) break;
    const most = publication().isFinishing ? order.events : Infinity;
    while (answers.length < Math.min(due, most)) answers.push(publishOne(order, nextNumber++));
    await delay(TICK_MS);
  }
  await Promise.all(answers);
}

async function obey(order: PublisherOrder): Promise<unknown> {
  if ('publish' in order) {
    const publication: Publication = {
      order: order.publish,
      isFinishing: false,
      done: Promise.resolve().then(() => publish(order.publish, () => publication)),
    };
    publications.set(order.publish.name, publication);
    return 'begun';
  }
  if ('finish' in order) {
    const publication = publications.get(order.finish)!;
    publication.isFinishing = true;
    await publication.done;
    return 'finished';
  }
  return { accepted, refusals, posted, givenUp } satisfies PublisherReport;
}

process.on('message', (order: PublisherOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
