import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { now } from '../child.js';
import { fillDisk, makeRoom, mountDisk, unmountDisk } from '../disk.js';
import type { Fault, Finding, Run } from '../fault.js';
import { atMost, firstDeliveredMs, isTrue, refusalCounts } from '../figures.js';
import type { Rig } from '../rig.js';

/** Longest time, in seconds, from one of the moments to the next event that was accepted. */
function healedSeconds({ accepted }: Run, moments: readonly number[]): number {
  const times = accepted.map(({ atMs }) => atMs).sort((a, b) => a - b);
  return Math.max(0, ...moments.map((at) => (times.find((time) => time > at) ?? Infinity) - at)) / 1000;
}

function refusedOnlyBy503(run: Run): Finding {
  const others = run.refusals.filter(({ status }) => status !== 503);
  return isTrue('publishers see 503 and nothing else', others.length === 0, refusalCounts(run));
}

const MAX_HEALING_SECONDS = 5;

export const postgresCrashes: Fault<{ servedAgainAt: number[] }> = {
  number: 11,
  name: 'PostgreSQL crash',
  full: { events: 6000, perSecond: 150, rounds: 5 },
  short: { events: 300, perSecond: 100, rounds: 1 },
  async harm(rig, rounds) {
    const servedAgainAt: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(rounds > 1 ? 5 : 1.5);
      await rig.holding(async () => {
        await rig.postgres.crash();
        await rig.postgres.restart();
      });
      servedAgainAt.push(now());
    }
    return { servedAgainAt };
  },
  findings: (run, { servedAgainAt }) => [
    refusedOnlyBy503(run),
    atMost('the pool of the API heals', healedSeconds(run, servedAgainAt), MAX_HEALING_SECONDS, 's'),
    atMost(
      'those of the workers heal',
      Math.max(...servedAgainAt.map((at) => firstDeliveredMs(run, at))) / 1000,
      MAX_HEALING_SECONDS,
      's',
    ),
  ],
};

export const sessionsKilled: Fault<{ killed: number }> = {
  number: 12,
  name: 'sessions killed',
  full: { events: 3000, perSecond: 150, rounds: 10 },
  async harm(rig, rounds) {
    let killed = 0;
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(2);
      const { rowCount } = await rig.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and application_name <> 'fault-rig'`,
      );
      killed += rowCount ?? 0;
    }
    return { killed };
  },
  findings: (run, { killed }) => [isTrue('sessions were killed', killed > 0, `${killed}`), refusedOnlyBy503(run)],
};

interface Probe {
  readonly status: number;
  readonly ms: number;
}

/** Reads of the table that is locked, one after the other. */
async function probe(rig: Rig, untilMs: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  while (now() < untilMs) {
    const startedAt = now();
    const { status } = await rig.client.request('GET', '/deliveries?limit=1');
    probes.push({ status, ms: now() - startedAt });
    await rig.pause(0.2);
  }
  return probes;
}

const MAX_REFUSAL_SECONDS = 5;
const MAX_GROWTH_MB = 150;

function peaks(rig: Rig): number[] {
  return rig.slots.map((slot) => {
    slot.measure();
    return slot.peakMb;
  });
}

export const postgresFrozen: Fault<{ peaksBefore: number[]; probes: Probe[] }> = {
  number: 13,
  name: 'PostgreSQL frozen, then a table locked',
  full: { events: 5000, perSecond: 100, rounds: 20 },
  async harm(rig, seconds) {
    await rig.pause(2);
    const peaksBefore = peaks(rig);
    await rig.holding(async () => {
      await rig.postgres.freeze();
      await rig.pause(seconds);
      rig.postgres.thaw();
    });
    await rig.pause(5);
    const probes = await withLock(rig, 'deliveries', (seconds * 3) / 4);
    return { peaksBefore, probes };
  },
  findings(run, { peaksBefore, probes }) {
    const growth = Math.max(...peaks(run.rig).map((mb, n) => mb - peaksBefore[n]!));
    const slowest = Math.max(0, ...run.refusals.map(({ latencyMs }) => latencyMs));
    const wrong = probes.filter(({ status }) => status !== 503 && status !== 200);
    return [
      refusedOnlyBy503(run),
      isTrue('publishers were refused', run.refusals.length > 0, `${run.refusals.length}`),
      atMost('503 of a publish', slowest / 1000, MAX_REFUSAL_SECONDS, 's'),
      isTrue('reads of the locked table: 503', wrong.length === 0, `${probes.length} reads, ${wrong.length} otherwise`),
      atMost('503 of a read', Math.max(0, ...probes.map(({ ms }) => ms)) / 1000, MAX_REFUSAL_SECONDS, 's'),
      atMost('growth of memory', growth, MAX_GROWTH_MB, 'MB'),
    ];
  },
};

/** Reads deliveries meanwhile. */
async function withLock(rig: Rig, table: string, seconds: number): Promise<Probe[]> {
  const session = await rig.database.connect();
  try {
    // Nothing can be recorded or taken over now.
    rig.isIdle = true;
    let probes: Probe[] = [];
    await rig.holding(async () => {
      await session.query(`begin; lock table ${table}`);
      probes = await probe(rig, now() + seconds * 1000);
      await session.query('commit');
    });
    return probes;
  } finally {
    rig.isIdle = false;
    session.release();
  }
}

const DISK_MB = 64;
const ROOM_MB = 512;

export const diskFull: Fault<{ roomAt: number }> = {
  number: 17,
  name: 'disk full',
  full: { events: 3000, perSecond: 100, rounds: 10 },
  ground: {
    diskMb: DISK_MB,
    postgresSettings: { min_wal_size: '32MB', max_wal_size: '32MB', shared_buffers: '16MB' },
  },
  async impossible() {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-disk-'));
    try {
      await mountDisk(directory, 1);
      return null;
    } catch {
      return 'a tmpfs can be mounted on Linux by root only, and where mounting is permitted';
    } finally {
      await unmountDisk(directory);
      await rm(directory, { recursive: true });
    }
  },
  async harm(rig, seconds) {
    await rig.pause(2);
    // Nothing can be recorded or taken over now.
    rig.isIdle = true;
    await rig.holding(async () => {
      await fillDisk(rig.disk);
      await rig.pause(seconds);
      await makeRoom(rig.disk, ROOM_MB);
      // It ends itself when it can't write its log.
      if (!(await rig.postgres.isRunning())) await rig.postgres.restart();
    });
    const roomAt = now();
    rig.isIdle = false;
    await rig.pause(3);
    return { roomAt };
  },
  findings: (run, { roomAt }) => [
    isTrue('publishers were refused', run.refusals.length > 0, `${run.refusals.length}`),
    refusedOnlyBy503(run),
    atMost('goes on when there is room', healedSeconds(run, [roomAt]), MAX_HEALING_SECONDS, 's'),
  ],
};
