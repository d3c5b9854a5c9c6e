import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from '../../shared/database/advisory-locks.js';
import { type PatientQuery, runPatiently } from '../../shared/database/patient-transaction.js';
import { firstUuidAt, uuidTimeMs } from '../../shared/ids/uuid.js';
import { newestAcceptedId } from '../../ingest/index.js';
import { nextTask, type Progress, type Task } from '../domain/next-task.js';
import { PLANS } from '../statements/sums.js';
import {
  FOLD_HOUR,
  FOLD_SAMPLES,
  FORGET,
  IS_CLOSED,
  SAMPLE,
  SUM_EARLIER_HOUR,
  SUM_MINUTES,
} from './summing-statements.js';

const HOUR_MS = 3_600_000;
/** Statement timeout. An hour of millions of deliveries takes some seconds. */
const TIMEOUT_MS = 120_000;

/** What a step did: the name of its task; `open` if transactions could still add to the next minute. */
export type Step = Task['task'] | 'open' | null;

/** Sums up the history of all tenants. Each step is one transaction, and one process at a time does one. */
@Injectable()
export class SummingRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Does the next task, if there is one.
   *
   * @param isOpen whether the last step found the next minute open, which is then not tried again
   * @param firstKeptMs start of the first day whose history is kept, in milliseconds since the Unix epoch
   * @returns what was done; null if nothing was left, or if another process is doing it
   */
  step(isOpen: boolean, firstKeptMs: number): Promise<Step> {
    return runPatiently(this.dataSource, TIMEOUT_MS, async (query) => {
      const [lock] = await query<{ taken: boolean }>(
        `select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.summing}) as taken`,
      );
      if (!lock?.taken) return null;
      const task = nextTask(await readProgress(query), isOpen, firstKeptMs);
      if (task === null) return null;
      await query(PLANS);
      return (await perform(query, task)) ? task.task : 'open';
    });
  }

  /** Seconds since the end of the newest minute that is summed up; null before the first. */
  async secondsBehind(): Promise<number | null> {
    const [row] = await this.dataSource.query<{ seconds: number | null }[]>(
      `select date_part('epoch', now() - closed_until) as seconds from stats_progress`,
    );
    return row?.seconds ?? null;
  }
}

async function readProgress(query: PatientQuery): Promise<Progress> {
  const ms = (column: string, name: string): string => `date_part('epoch', ${column}) * 1000 as "${name}"`;
  const [row] = await query<Progress>(
    `select ${ms('now()', 'nowMs')}, ${ms('started_at', 'startedMs')}, ${ms('closed_until', 'closedMs')},
       ${ms('fence_at', 'fenceMs')},
       case when fence_xid < pg_snapshot_xmax(pg_current_snapshot()) then fence_xid end::text as "fenceXid", summed_from_hour as "summedFromHour",
       ${ms('sampled_at', 'sampledMs')}, ${ms('folded_until', 'foldedMs')}, ${ms('kept_from', 'keptMs')}
     from stats_progress`,
  );
  if (row === undefined) throw new Error('stats_progress has lost its row');
  return row;
}

/** @returns false if the minutes to close are still open */
async function perform(query: PatientQuery, task: Task): Promise<boolean> {
  switch (task.task) {
    case 'start':
      await query('update stats_progress set started_at = $1, closed_until = $1', [new Date(task.atMs)]);
      return true;
    case 'sample':
      await query(SAMPLE, [new Date(task.atMs)]);
      await query('update stats_progress set sampled_at = $1', [new Date(task.atMs)]);
      return true;
    case 'fence':
      await query('update stats_progress set fence_at = now(), fence_xid = pg_current_xact_id()');
      return true;
    case 'close':
      return close(query, task);
    case 'add earlier':
      await addEarlier(query, task);
      return true;
    case 'fold': {
      const range = [new Date(task.fromMs), new Date(task.toMs)];
      await query(FOLD_HOUR, range);
      await query(FOLD_SAMPLES, range);
      await query('update stats_progress set folded_until = $1', [new Date(task.toMs)]);
      return true;
    }
    case 'forget':
      for (const statement of FORGET) await query(statement, [new Date(task.beforeMs)]);
      await query('update stats_progress set kept_from = $1', [new Date(task.beforeMs)]);
      return true;
  }
}

/** The check comes before the sums, so that their snapshot has everything of the transactions that have ended. */
async function close(query: PatientQuery, task: Task & { task: 'close' }): Promise<boolean> {
  const [from, to] = [new Date(task.fromMs), new Date(task.toMs)];
  const [row] = await query<{ is_closed: boolean }>(IS_CLOSED, [task.fenceXid, to]);
  if (!row?.is_closed) return false;
  await query(SUM_MINUTES, [from, to]);
  await query('update stats_progress set closed_until = $1', [to]);
  return true;
}

/** Adds one hour of events, the newest that is left. */
async function addEarlier(query: PatientQuery, task: Task & { task: 'add earlier' }): Promise<void> {
  const bound = task.belowHour === null ? null : firstUuidAt(task.belowHour * HOUR_MS);
  const [newest] = await query<{ id: string }>(
    newestAcceptedId(bound === null ? null : '$1'),
    bound === null ? [] : [bound],
  );
  if (newest === undefined) {
    await query('update stats_progress set summed_from_hour = 0');
    return;
  }
  const hour = Math.floor(uuidTimeMs(newest.id) / HOUR_MS);
  if (task.belowHour === null) {
    // Nothing of a later hour was recorded before the start.
    await query('update stats_progress set summed_from_hour = $1', [hour + 1]);
    return;
  }
  await query(SUM_EARLIER_HOUR, [
    new Date(task.beforeMs),
    firstUuidAt(hour * HOUR_MS),
    firstUuidAt((hour + 1) * HOUR_MS),
  ]);
  await query('update stats_progress set summed_from_hour = $1', [hour]);
}
