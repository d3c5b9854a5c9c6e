import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Announcements } from '../../announcements/index.js';
import { FORGET_LANES, HAS_SUCCEEDED } from '../../delivery/index.js';
import { ADVISORY_LOCKS } from '../../shared/database/advisory-locks.js';
import { type PatientQuery, runPatiently } from '../../shared/database/patient-transaction.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { CLOSED_UNTIL } from '../../stats/index.js';
import { SUBSCRIPTION_STATE, SUBSCRIPTION_TARGETS } from '../../subscriptions/index.js';
import { graceSeconds } from '../domain/disabling-rule.js';
import type { Failing, Subject } from '../domain/failing.js';
import { type Change, changeOf, type ReviewTime } from '../domain/next-failing.js';
import { hasGoneBack, type NetworkSigns, type Watch, watchAt } from '../domain/watch.js';
import { failingOf, type FailingRow, rowOf } from '../failing-rows.js';
import { AnnouncedChanges } from './announced-changes.js';
import {
  ADD_HOURS,
  FORGET_FAILING,
  FORGET_HOURS,
  KEEP_FAILING,
  KEEP_PROGRESS,
  NETWORK_SIGNS,
  READ_FAILING,
  READ_PROGRESS,
  RESTART_COUNT,
  SEEN,
} from './review-statements.js';
import { type SeenRow, seenOf } from './seen-rows.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Minutes that one transaction reviews at most, after a time in which nothing was. */
const MAX_MINUTES = 60;
/** Hours that are kept for the lists: 24, and one for what comes late. */
const HOURS_KEPT = 25;
const TIMEOUT_MS = 60_000;
/** The planner cannot know how many rows it finds, and a wrong guess would read all of the history. */
const INDEXES_ONLY = `select set_config(name, 'off', true)
  from unnest('{enable_seqscan,enable_mergejoin,enable_hashjoin,jit}'::text[]) name`;
const NO_SIGNS: NetworkSigns = { answered: 0, unanswered: 0 };

interface KnownFailing {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly failing: Failing;
}

/** A subscription whose failures are long enough to disable it. */
export interface FailingSubscription extends KnownFailing {
  /** When it was last changed before it was judged, as PostgreSQL writes it: another change makes the verdict void. */
  readonly updatedAt: string;
}

/** A subscription at the time of the review. */
interface ReviewedSubject extends Subject {
  readonly updatedAt: string;
}

/** What a review found. */
export interface Reviewed {
  /** Whether more minutes are left. */
  readonly hasMore: boolean;
  readonly toBeDisabled: readonly FailingSubscription[];
}

interface ProgressRow {
  readonly now_ms: number;
  readonly reviewed_ms: number | null;
  readonly watched_ms: number | null;
  readonly watched_seconds: number;
  readonly doubt_seconds: number | null;
}

interface TargetRow {
  readonly id: Uuid;
  readonly state: number;
  readonly target_url: string;
  readonly updated_at: string;
}

/** Minutes to review. */
interface Minutes {
  /** Null if there are none. */
  readonly range: readonly [from: Date, to: Date] | null;
  /** End of what is reviewed after that; null before the first minute. */
  readonly reviewedMs: number | null;
  readonly hasMore: boolean;
}

/** Reviews what is summed up of all tenants. Each review is one transaction, and one process at a time does one. */
@Injectable()
export class ReviewRepository {
  private readonly announced: AnnouncedChanges;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    announcements: Announcements,
  ) {
    this.announced = new AnnouncedChanges(announcements);
  }

  /**
   * Reviews the next minutes that are summed up.
   *
   * @returns null if another process is reviewing
   */
  review(disableAfterDays: number): Promise<Reviewed | null> {
    return this.exclusively(async (query) => {
      const [progress] = await query<ProgressRow & { closed_ms: number | null }>(
        `select progress.*, date_part('epoch', ${CLOSED_UNTIL}) * 1000 as closed_ms from (${READ_PROGRESS}) progress`,
      );
      if (progress === undefined) throw new Error('vitals_progress has lost its row');
      const minutes = nextMinutes(progress.reviewed_ms, progress.closed_ms);
      const known = await query<FailingRow>(READ_FAILING);
      const { seen, signs } = await readMinutes(query, minutes, known);
      const watch = watchOf(progress);
      const next = watchAt(watch, progress.now_ms, signs, graceSeconds(disableAfterDays));
      const time = { watchedSeconds: next.seconds, hasGoneBack: hasGoneBack(watch, progress.now_ms), disableAfterDays };
      const toBeDisabled = await this.change(query, { known, seen, time, nowMs: progress.now_ms });
      await query(FORGET_HOURS, [Math.floor(progress.now_ms / HOUR_MS) - HOURS_KEPT]);
      await query(FORGET_LANES);
      await query(KEEP_PROGRESS, [minutes.reviewedMs, next.atMs, next.seconds, next.doubtSeconds]);
      return { hasMore: minutes.hasMore, toBeDisabled };
    });
  }

  /**
   * Forgets the failures of a subscription that has succeeded after all.
   *
   * @returns false if another process is reviewing
   */
  async forget({ id, tenantId, failing }: KnownFailing): Promise<boolean> {
    const done = await this.exclusively(async (query) => {
      await query(FORGET_FAILING, [[id]]);
      const subject = (await readSubjects(query, [id])).get(id);
      if (failing.isAnnounced && subject?.isActive) await this.announced.recovered(query, { id, tenantId, failing });
      return true;
    });
    return done ?? false;
  }

  /** Counts anew what fails from now on. */
  async restartCount(tx: Tx, { id, tenantId }: KnownFailing): Promise<void> {
    await tx.query(RESTART_COUNT, [tenantId, id]);
  }

  /**
   * Whether the history has a success of a subscription since its first failure.
   *
   * @throws if it does not answer within a minute: a busy subscription may have a million deliveries to look at
   */
  hasSucceeded({ id, tenantId, failing }: KnownFailing): Promise<boolean> {
    return runPatiently(this.dataSource, TIMEOUT_MS, async (query) => {
      await query(INDEXES_ONLY);
      const [row] = await query<{ has_succeeded: boolean }>(HAS_SUCCEEDED, [tenantId, id, new Date(failing.sinceMs)]);
      return row?.has_succeeded ?? false;
    });
  }

  /** Number of subscriptions that have failed at least this often in a row, and within the last day. */
  async countFailing(minFailures: number): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `select count(*)::int as count from failing_subscriptions
       where failures >= $1 and last_failed_at > now() - interval '1 day'`,
      [minFailures],
    );
    return row?.count ?? 0;
  }

  /** @returns null if another process holds the lock */
  private exclusively<T>(work: (query: PatientQuery) => Promise<T>): Promise<T | null> {
    return runPatiently(this.dataSource, TIMEOUT_MS, async (query) => {
      const [lock] = await query<{ taken: boolean }>(
        `select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.vitals}) as taken`,
      );
      return lock?.taken === true ? work(query) : null;
    });
  }

  /** Stores and announces what has changed. @returns the subscriptions to be disabled */
  private async change(query: PatientQuery, review: ReviewInput): Promise<FailingSubscription[]> {
    const ids = new Set([...review.known, ...review.seen].map(({ id }) => id));
    const subjects = await readSubjects(query, [...ids]);
    const kept: FailingRow[] = [];
    const forgotten: Uuid[] = [];
    const toBeDisabled: FailingSubscription[] = [];
    for (const { id, tenantId, before, change } of changesOf(review, subjects)) {
      const found = change.next && { id, tenantId, failing: change.next };
      if (change.recoveredFrom !== null) {
        await this.announced.recovered(query, { id, tenantId, failing: change.recoveredFrom });
      }
      if (found === null) {
        if (before !== null) forgotten.push(id);
        continue;
      }
      if (change.warning !== null) await this.announced.failing(query, found, change.warning, review.nowMs);
      const updatedAt = subjects.get(id)?.updatedAt;
      if (change.isToBeDisabled && updatedAt !== undefined) toBeDisabled.push({ ...found, updatedAt });
      const row = rowOf(id, tenantId, found.failing);
      if (!isDeepStrictEqual(row, before)) kept.push(row);
    }
    if (forgotten.length > 0) await query(FORGET_FAILING, [forgotten]);
    if (kept.length > 0) await query(KEEP_FAILING, [JSON.stringify(kept)]);
    return toBeDisabled;
  }
}

interface ReviewInput {
  readonly known: readonly FailingRow[];
  readonly seen: readonly SeenRow[];
  readonly time: ReviewTime;
  readonly nowMs: number;
}

interface FoundChange {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly before: FailingRow | null;
  readonly change: Change;
}

/** What becomes of each subscription that was failing, or of which the minutes say something. */
function changesOf({ known, seen, time }: ReviewInput, subjects: ReadonlyMap<Uuid, Subject>): FoundChange[] {
  const before = new Map(known.map((row) => [row.id, row]));
  const present = new Map(seen.map((row) => [row.id, row]));
  return [...new Set([...before.keys(), ...present.keys()])].flatMap((id) => {
    const [knownRow, seenRow] = [before.get(id), present.get(id)];
    const tenantId = knownRow?.tenant_id ?? seenRow?.tenant_id ?? null;
    if (tenantId === null) return [];
    const failing = knownRow === undefined ? null : failingOf(knownRow);
    const change = changeOf(failing, seenRow === undefined ? null : seenOf(seenRow), subjects.get(id) ?? null, time);
    return [{ id, tenantId, before: knownRow ?? null, change }];
  });
}

/** Adds the minutes to the hours, and reads what they say. */
async function readMinutes(
  query: PatientQuery,
  { range }: Minutes,
  known: readonly FailingRow[],
): Promise<{ readonly seen: SeenRow[]; readonly signs: NetworkSigns }> {
  if (range === null) return { seen: [], signs: NO_SIGNS };
  await query(ADD_HOURS, range);
  const [signs = NO_SIGNS] = await query<NetworkSigns>(NETWORK_SIGNS, range);
  return { signs, seen: await query<SeenRow>(SEEN, [...range, known.map(({ id }) => id)]) };
}

/** Subscriptions that are not deleted. */
async function readSubjects(query: PatientQuery, ids: readonly Uuid[]): Promise<Map<Uuid, ReviewedSubject>> {
  if (ids.length === 0) return new Map();
  const rows = await query<TargetRow>(SUBSCRIPTION_TARGETS, [ids]);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        isActive: row.state === SUBSCRIPTION_STATE.active,
        targetDigest: digestOf(row.target_url),
        updatedAt: row.updated_at,
      },
    ]),
  );
}

/** Targets may contain credentials, so they are not copied. */
function digestOf(targetUrl: string): string {
  return createHash('sha256').update(targetUrl).digest('base64url');
}

function watchOf({ watched_seconds: seconds, watched_ms: atMs, doubt_seconds: doubtSeconds }: ProgressRow): Watch {
  return { seconds, atMs, doubtSeconds };
}

/** Whole minutes only, because others are still being summed up. Reviewing begins with what comes after the start. */
function nextMinutes(reviewedMs: number | null, closedMs: number | null): Minutes {
  const closedMinuteMs = closedMs === null ? null : Math.floor(closedMs / MINUTE_MS) * MINUTE_MS;
  if (closedMinuteMs === null) return { range: null, reviewedMs, hasMore: false };
  if (reviewedMs === null) return { range: null, reviewedMs: closedMinuteMs, hasMore: false };
  if (closedMinuteMs <= reviewedMs) return { range: null, reviewedMs, hasMore: false };
  const toMs = Math.min(closedMinuteMs, reviewedMs + MAX_MINUTES * MINUTE_MS);
  return { range: [new Date(reviewedMs), new Date(toMs)], reviewedMs: toMs, hasMore: toMs < closedMinuteMs };
}
