import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { now } from '../child.js';
import { fillDisk, makeRoom, mountDisk, unmountDisk } from '../disk.js';
import type { Fault, Finding, Run } from '../fault.js';
import { atMost, firstDeliveredMs, isTrue, refusalCounts } from '../figures.js';
import type { Rig } from '../rig.js';

/** Longest time, in seconds, from one of the moments to the next accepted event. */
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
    // However long the harm took, enough load follows for everything to heal.
    await rig.pause(2);
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
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Reads made while PostgreSQL cannot answer. Times are Unix milliseconds. */
interface Outage {
  readonly beganAt: number;
  readonly endedAt: number;
  readonly probes: readonly Probe[];
}

/** Reads deliveries in sequence from the beginning of an outage to its end. The end does not wait for them. */
async function readDuringOutage(
  rig: Rig,
  seconds: number,
  begin: () => Promise<unknown>,
  end: () => unknown,
): Promise<Outage> {
  await begin();
  const beganAt = now();
  const untilMs = beganAt + seconds * 1000;
  const ended = rig.pause(seconds).then(async () => {
    const endedAt = now();
    await end();
    return endedAt;
  });
  const probes: Probe[] = [];
  while (now() < untilMs) {
    const startedAt = now();
    const { status } = await rig.client.request('GET', '/deliveries?limit=1');
    probes.push({ status, startedAt, endedAt: now() });
    await rig.pause(0.2);
  }
  return { beganAt, endedAt: await ended, probes };
}

/** No read can have had another answer, and the first answer must come soon. */
function readsAreRefused(what: string, { beganAt, endedAt, probes }: Outage): Finding[] {
  const meanwhile = probes.filter((each) => each.endedAt < endedAt);
  const others = meanwhile.filter(({ status }) => status !== 503);
  const first = Math.min(...meanwhile.filter(({ status }) => status === 503).map((each) => each.endedAt));
  const slowest = Math.max(0, ...probes.map((each) => each.endedAt - each.startedAt));
  return [
    isTrue(`reads ${what}: 503`, others.length === 0, `${meanwhile.length} reads, ${others.length} otherwise`),
    atMost(`the first of them ${what}`, (first - beganAt) / 1000, MAX_REFUSAL_SECONDS, 's'),
    atMost(`the slowest read ${what}`, slowest / 1000, MAX_REFUSAL_SECONDS, 's'),
  ];
}

const MAX_REFUSAL_SECONDS = 5;
const MAX_GROWTH_MB = 150;

function peaks(rig: Rig): number[] {
  return rig.slots.map((slot) => {
    slot.measure();
    return slot.peakMb;
  });
}

export const postgresFrozen: Fault<{ peaksBefore: number[]; frozen: Outage; locked: Outage }> = {
  number: 13,
  name: 'PostgreSQL frozen, then a table locked',
  full: { events: 5000, perSecond: 100, rounds: 20 },
  async harm(rig, seconds) {
    await rig.pause(2);
    const peaksBefore = peaks(rig);
    const frozen = await rig.holding(() =>
      readDuringOutage(
        rig,
        seconds,
        () => rig.postgres.freeze(),
        () => {
          rig.postgres.thaw();
        },
      ),
    );
    await rig.pause(5);
    const locked = await withLock(rig, 'deliveries', (seconds * 3) / 4);
    return { peaksBefore, frozen, locked };
  },
  findings(run, { peaksBefore, frozen, locked }) {
    const growth = Math.max(...peaks(run.rig).map((mb, n) => mb - peaksBefore[n]!));
    // An event that was accepted only after a long wait should have been refused.
    const slowest = [...run.refusals, ...run.accepted].reduce((most, { latencyMs }) => Math.max(most, latencyMs), 0);
    return [
      refusedOnlyBy503(run),
      isTrue('publishers were refused', run.refusals.length > 0, `${run.refusals.length}`),
      atMost('the slowest answer to a publish', slowest / 1000, MAX_REFUSAL_SECONDS, 's'),
      ...readsAreRefused('while it is frozen', frozen),
      ...readsAreRefused('of the locked table', locked),
      atMost('growth of memory', growth, MAX_GROWTH_MB, 'MB'),
    ];
  },
};

/** Reads deliveries during the harm. */
async function withLock(rig: Rig, table: string, seconds: number): Promise<Outage> {
  const session = await rig.database.connect();
  try {
    // From now on nothing can be recorded or taken over.
    rig.watch.isIdle = true;
    return await rig.holding(() =>
      readDuringOutage(
        rig,
        seconds,
        () => session.query(`begin; lock table ${table}`),
        () => session.query('commit'),
      ),
    );
  } finally {
    rig.watch.isIdle = false;
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
    // From now on nothing can be recorded or taken over.
    rig.watch.isIdle = true;
    await rig.holding(async () => {
      await fillDisk(rig.disk);
      await rig.pause(seconds);
      await makeRoom(rig.disk, ROOM_MB);
      // PostgreSQL ends itself when it cannot write its log.
      if (!(await rig.postgres.isRunning())) await rig.postgres.restart();
    });
    const roomAt = now();
    rig.watch.isIdle = false;
    await rig.pause(3);
    return { roomAt };
  },
  findings: (run, { roomAt }) => [
    isTrue('publishers were refused', run.refusals.length > 0, `${run.refusals.length}`),
    refusedOnlyBy503(run),
    atMost('goes on when there is room', healedSeconds(run, [roomAt]), MAX_HEALING_SECONDS, 's'),
  ],
};

/** The first statement that meets the silence waits for its own limit. */
const SILENT_SECONDS = 4.5;

export const postgresHalfOpen: Fault<{ halfOpenAt: number }> = {
  number: 22,
  name: 'half-open TCP to PostgreSQL',
  full: { events: 4000, perSecond: 100, rounds: 30 },
  ground: { hasPostgresProxy: true },
  async harm(rig, seconds) {
    await rig.pause(2);
    const halfOpenAt = now();
    rig.postgresProxy.halfOpen();
    await rig.holding(() => rig.pause(seconds));
    return { halfOpenAt };
  },
  findings(run, { halfOpenAt }) {
    const healedAt = halfOpenAt + 2 * SILENT_SECONDS * 1000;
    const late = run.refusals.filter(({ atMs }) => atMs > healedAt + 1000);
    return [
      refusedOnlyBy503(run),
      atMost('the pool of the API heals', healedSeconds(run, [halfOpenAt]), 2 * SILENT_SECONDS, 's'),
      atMost('those of the workers heal', firstDeliveredMs(run, halfOpenAt) / 1000, 2 * SILENT_SECONDS, 's'),
      { ...isTrue('nothing is refused after that', late.length === 0, `${late.length}`), isTime: true },
    ];
  },
};

export const primaryDemoted: Fault<{ writableAt: number; readiness: number[] }> = {
  number: 23,
  name: 'PostgreSQL takes no writes, and keeps its connections',
  full: { events: 4000, perSecond: 100, rounds: 20 },
  async harm(rig, seconds) {
    await rig.pause(2);
    const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
      // The sessions of the rig are read-only too, but may still change settings.
      await rig.database.query(`alter system set default_transaction_read_only = ${value}`);
      await rig.database.query('select pg_reload_conf()');
    };
    // From now on nothing can be recorded or taken over.
    rig.watch.isIdle = true;
    const readiness: number[] = [];
    await rig.holding(async () => {
      await setReadOnly('on');
      await rig.pause(3);
      for (const slot of rig.slots) readiness.push((await fetch(`${slot.url}/health/ready`)).status);
      await rig.pause(seconds - 3);
      await setReadOnly('off');
    });
    rig.watch.isIdle = false;
    const writableAt = now();
    await rig.pause(3);
    return { writableAt, readiness };
  },
  findings: (run, { writableAt, readiness }) => [
    isTrue('publishers were refused', run.refusals.length > 0, `${run.refusals.length}`),
    refusedOnlyBy503(run),
    isTrue(
      'no process is ready',
      readiness.every((status) => status === 503),
      readiness.join(', '),
    ),
    atMost('the pool of the API heals', healedSeconds(run, [writableAt]), MAX_HEALING_SECONDS, 's'),
    atMost('those of the workers heal', firstDeliveredMs(run, writableAt) / 1000, MAX_HEALING_SECONDS, 's'),
  ],
};
