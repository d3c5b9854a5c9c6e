import { isTenantId } from '../../access/index.js';
import { isUuid, uuidTimeMs } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';

/**
 * Wake-ups as they stand in Redis: short, because they are most of what Redis moves. Earlier versions wrote no tenant,
 * and read the first three elements; a later one may add more.
 */
export interface JobData {
  readonly d: readonly (readonly [id: string, subscriptionId: string, attemptCount: number, tenantId: string])[];
}

/** The hash of a job, as Bull hands it on. */
export interface RawJob {
  readonly data?: string;
  readonly [field: string]: string | undefined;
}

/** What is used of a job, and what is wrong with the rest: the first fault, null when there is none. */
export interface ReadJob {
  readonly wakeUps: WakeUp[];
  readonly fault: string | null;
}

/** One attempt, and no trace: the truth about a delivery is in PostgreSQL. */
export const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** Ten times what one carries. */
const MAX_WAKE_UPS = 1000;
/** As long as its wake-ups may be, with room for what a later version adds. */
const MAX_LENGTH = 1_000_000;
/** What the column of attempts holds. */
const MAX_ATTEMPT_COUNT = 32_767;
/** Partitions have a day of eight digits in their names. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31);

/** Of jobs that Bull is told not to parse, and to handle as ours whatever they say of themselves. */
const UNPARSED_OPTIONS = JSON.stringify({ ...JOB_OPTIONS, preventParsingData: true });

export function toData(wakeUps: readonly WakeUp[]): JobData {
  return {
    d: wakeUps.map(({ id, subscriptionId, attemptCount, tenantId }) => [id, subscriptionId, attemptCount, tenantId]),
  };
}

/** The same job, to be handed to its handler with its data as text. */
export function withoutParsing({ data, timestamp }: RawJob): RawJob {
  return { ...(data !== undefined && { data }), ...(timestamp !== undefined && { timestamp }), opts: UNPARSED_OPTIONS };
}

/**
 * Judges what Redis holds as the data of a job: anybody who can reach Redis may have written it, and so may another
 * version of this service. Valid wake-ups are used, whatever stands beside them.
 */
export function readJob(text: unknown): ReadJob {
  const entries = entriesOf(text);
  if (typeof entries === 'string') return { wakeUps: [], fault: entries };
  const wakeUps: WakeUp[] = [];
  let fault = entries.length > MAX_WAKE_UPS ? `has more than ${MAX_WAKE_UPS} wake-ups` : null;
  for (const entry of entries.slice(0, MAX_WAKE_UPS)) {
    const wakeUp = readWakeUp(entry);
    if (typeof wakeUp === 'string') fault ??= wakeUp;
    else wakeUps.push(wakeUp);
  }
  return { wakeUps, fault };
}

/** @returns what is wrong when there is no list */
function entriesOf(text: unknown): unknown[] | string {
  if (typeof text !== 'string') return 'is no text';
  if (text.length > MAX_LENGTH) return `has more than ${MAX_LENGTH} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  const entries = (value as { d?: unknown } | null)?.d;
  return Array.isArray(entries) ? (entries as unknown[]) : 'has no list of wake-ups';
}

/** @returns what is wrong with it */
function readWakeUp(entry: unknown): WakeUp | string {
  if (!Array.isArray(entry)) return 'has a wake-up that is no list';
  const [id, subscriptionId, attemptCount, tenantId = ''] = entry as unknown[];
  if (!isUuid(id) || uuidTimeMs(id) > MAX_TIME_MS) return 'has a wake-up for no delivery';
  if (!isUuid(subscriptionId)) return 'has a wake-up for no subscription';
  if (!isAttemptCount(attemptCount)) return 'has a wake-up after an impossible number of attempts';
  if (typeof tenantId !== 'string' || (tenantId !== '' && !isTenantId(tenantId))) return 'has a wake-up for no tenant';
  return { id, subscriptionId, attemptCount, tenantId };
}

function isAttemptCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ATTEMPT_COUNT;
}
