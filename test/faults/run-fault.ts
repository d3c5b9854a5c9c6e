import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parsePublicId } from '../../src/shared/ids/public-id.js';
import { now } from './child.js';
import { countOpen, type DeliveryRow, type Evidence, readOpen, readTraces, type RedisUse } from './evidence.js';
import type { Extent, Fault, Finding, Run } from './fault.js';
import { isTrue } from './figures.js';
import {
  type BrokenInvariant,
  brokenInvariants,
  extraSuccesses,
  lateAnswers,
  lostDeliveries,
  overlaps,
  REDIS_GROWTH,
} from './invariants.js';
import { LEASE_SECONDS, Rig, TIMEOUT_SECONDS } from './rig.js';
import { Starvation } from './starvation.js';
import { STATE } from '../../src/delivery/domain/delivery-state.js';

const HORIZON_SECONDS = 60;
const WARM_UP_EVENTS = 30;
/**
 * A job whose worker was killed, or whose data was flushed while it ran, stays locked for half a minute. It is taken up
 * again when the check for stalled jobs, which runs every 5 s, has found it twice.
 */
const REDIS_PATIENCE_MS = 75_000;
const LOOK_MS = 50;
/** The answer while the first request with an Idempotency-Key runs. */
const CONFLICT = 409;

/** One line of the table. */
export interface Verdict {
  readonly number: number;
  readonly name: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly overlaps: number;
  readonly recoveryMs: number;
  readonly spent: string;
  readonly broken: readonly BrokenInvariant[];
  readonly findings: readonly Finding[];
  /** The directory with the logs and requests of a run that broke something. */
  readonly kept?: string;
  /** Why the fault could not be run; then nothing else counts. */
  readonly impossible: string | null;
}

/** Runs one fault against a rig of its own and judges the outcome. */
export async function runFault(fault: Fault, extent: Extent, seed: number): Promise<Verdict> {
  const startedAt = now();
  const impossible = (await fault.impossible?.()) ?? null;
  if (impossible !== null) return { ...nothingOf(fault), impossible };
  const rig = await Rig.start(seed, fault.ground);
  try {
    const readyAt = now();
    const { run, notes } = await perform(rig, fault, extent);
    const spent = phases({ start: readyAt - startedAt, 'warm-up': run.harmStartedAt - readyAt, ...harmPhases(run) });
    const verdict = { ...(await judge(fault, run, notes)), spent };
    return isSound(verdict) ? verdict : { ...verdict, kept: await keepEvidence(fault.number, run) };
  } finally {
    await rig.stop();
  }
}

async function perform(
  rig: Rig,
  fault: Fault,
  { events, perSecond, rounds }: Extent,
): Promise<{ run: Run; notes: unknown }> {
  await rig.subscribeLoad();
  await fault.prepare?.(rig);
  await rig.publish('warm-up', { events: WARM_UP_EVENTS, perSecond: 100 });
  await untilDrained(rig, HORIZON_SECONDS);
  const redisBefore = await quietRedis(rig);
  await rig.answerByChance();

  if (events > 0) await rig.beginLoad('load', { events, perSecond, insists: fault.insists ?? false });
  const harmStartedAt = now();
  const notes = await fault.harm(rig, rounds);
  const harmEndedAt = now();
  if (events > 0) await rig.publisher.finish('load');
  const loadEndedAt = now();
  await untilDrained(rig, fault.horizonSeconds ?? HORIZON_SECONDS);
  const drainedAt = now();
  // Read now: a delivery that ends while Redis becomes quiet has ended too late.
  const leftOpen = await readOpen(rig.database);

  const { accepted, refusals, posted, givenUp } = await rig.publisher.report();
  const redisAfter = await quietRedis(rig, redisBefore);
  const { evidence, received } = await gather(rig, fault, { leftOpen, accepted, posted, redisBefore, redisAfter });
  const refused = givenUp.map((n) => ({ status: null, code: `gave up event ${n}`, atMs: now(), latencyMs: 0 }));
  const run = {
    ...{ rig, evidence, accepted, refusals: [...refusals, ...refused], received },
    ...{ harmStartedAt, harmEndedAt, loadEndedAt, drainedAt, recoveryMs: drainedAt - loadEndedAt },
  };
  return { run, notes };
}

/**
 * Returns when nothing is open, or when the time is up; the invariants judge the difference. The time during which a
 * process waited for a processor does not count.
 */
async function untilDrained(rig: Rig, seconds: number): Promise<void> {
  const deadline = now() + seconds * 1000;
  const starvation = new Starvation();
  while (now() < deadline + starvation.longestMs(rig.pids)) {
    if ((await countOpen(rig.database).catch(() => 1)) === 0) return;
    await delay(LOOK_MS);
  }
}

/** The use of Redis once it is quiet: no jobs, and no more memory than before, if that happens in time. */
async function quietRedis(rig: Rig, before?: RedisUse): Promise<RedisUse> {
  const deadline = now() + REDIS_PATIENCE_MS;
  let least = await rig.redisUse();
  while (now() < deadline) {
    const isGrown = before !== undefined && least.usedBytes > before.usedBytes * (1 + REDIS_GROWTH);
    if (least.jobs.length === 0 && !isGrown) break;
    await delay(500);
    const use = await rig.redisUse();
    least = { jobs: use.jobs, usedBytes: Math.min(least.usedBytes, use.usedBytes) };
  }
  return least;
}

async function gather(
  rig: Rig,
  fault: Fault,
  seen: Pick<Run, 'accepted'> & {
    leftOpen: readonly DeliveryRow[];
    posted: readonly string[];
    redisBefore: RedisUse;
    redisAfter: RedisUse;
  },
): Promise<Pick<Run, 'evidence' | 'received'>> {
  const uuidOf = (id: string): string => parsePublicId(id, 'sub', 'evt', 'dlv').uuid;
  const wanting = new Map([...rig.wanting].map(([path, ids]) => [path, ids.map(uuidOf)]));
  const { open, finished, received, attempts } = await readTraces(rig.database, rig.receiver);
  const evidence: Evidence = {
    open: [...new Map([...seen.leftOpen, ...open].map((row) => [row.id, row])).values()],
    finished,
    attempts,
    accepted: seen.accepted.map(({ eventId, sha256, path }) => ({
      eventId: uuidOf(eventId),
      sha256,
      subscriptionIds: wanting.get(path) ?? [],
    })),
    posted: new Set(seen.posted),
    received: received.map((request) => ({
      ...request,
      eventId: uuidOf(request.eventId),
      deliveryId: uuidOf(request.deliveryId),
    })),
    longestPastLease: rig.watch.longestPastLease,
    stops: rig.stops,
    leaseSeconds: LEASE_SECONDS,
    timeoutSeconds: TIMEOUT_SECONDS,
    hasZombies: fault.hasZombies ?? false,
    redis: { before: seen.redisBefore, after: seen.redisAfter },
    secrets: rig.secrets,
    logs: [
      ...rig.slots.map((slot) => ({ name: slot.name, text: slot.output() })),
      { name: 'postgresql', text: await rig.postgres.log() },
    ],
    peaksMb: rig.watch.peaksMb(),
  };
  return { evidence, received };
}

async function keepEvidence(number: number, { evidence, refusals }: Run): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `webhooks-fault-${number}-evidence-`));
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const { open, finished, attempts, received, accepted, logs } = evidence;
  const tables = { open, finished, attempts, received, accepted, refusals };
  await Promise.all([
    ...Object.entries(tables).map(([name, rows]) => writeFile(join(directory, `${name}.ndjson`), lines(rows))),
    ...logs.map(({ name, text }) => writeFile(join(directory, `${name}.log`), text)),
  ]);
  return directory;
}

async function judge(fault: Fault, run: Run, notes: unknown): Promise<Verdict> {
  const { evidence, rig, recoveryMs } = run;
  const unexpected = rig.slots.reduce((sum, { unexpectedEnds }) => sum + unexpectedEnds, 0);
  const misunderstood = run.refusals.filter(({ status }) => status !== null && status < 500 && status !== CONFLICT);
  return {
    ...nothingOf(fault),
    accepted: evidence.accepted.length,
    delivered: evidence.finished.filter(({ state }) => state === STATE.delivered).length,
    lost: lostDeliveries(evidence),
    duplicates: extraSuccesses(evidence),
    overlaps: overlaps(evidence).length,
    recoveryMs,
    broken: brokenInvariants(evidence),
    findings: [
      isTrue('no process ends by itself', unexpected === 0, `${unexpected} ended`),
      isTrue('events were accepted', evidence.accepted.length > WARM_UP_EVENTS),
      isTrue('no publish is wrong', misunderstood.length === 0, `${misunderstood.length} are`),
      ...((await fault.findings?.(run, notes)) ?? []),
      isTrue('answers that came after the timeout', true, `${lateAnswers(evidence).size}`),
      isTrue(
        'peaks of memory',
        true,
        evidence.peaksMb.map(({ process, mb }) => `${process} ${Math.round(mb)} MB`).join(', '),
      ),
    ],
  };
}

function nothingOf({ number, name }: Fault): Verdict {
  const figures = { accepted: 0, delivered: 0, lost: 0, duplicates: 0, overlaps: 0, recoveryMs: 0, spent: '' };
  return { number, name, ...figures, broken: [], findings: [], impossible: null };
}

function harmPhases(run: Run): Record<string, number> {
  const { harmStartedAt, harmEndedAt, loadEndedAt, drainedAt } = run;
  return {
    harm: harmEndedAt - harmStartedAt,
    'rest of the load': loadEndedAt - harmEndedAt,
    drain: drainedAt - loadEndedAt,
    'quiet Redis': now() - drainedAt,
  };
}

function phases(spentMs: Record<string, number>): string {
  return Object.entries(spentMs)
    .map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}`)
    .join(', ');
}

/** Whether nothing is broken. A fault that this machine cannot run is reported, not broken. */
export function isSound({ broken, findings }: Verdict): boolean {
  return broken.length === 0 && findings.every(({ holds }) => holds);
}
