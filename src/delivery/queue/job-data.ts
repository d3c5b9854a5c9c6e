import { isTenantId } from '../../access/index.js';
import { isUuid, uuidTimeMs } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';

/**
 * Wake-ups as stored in Redis. The form is short, because wake-ups are most of the traffic of Redis. Earlier versions
 * write no tenant, and read the first three elements. Later versions may add elements.
 */
export interface JobData {
  readonly d: readonly (readonly [id: string, subscriptionId: string, attemptCount: number, tenantId: string])[];
}

/** The Redis hash of a job, as Bull passes it on. */
export interface RawJob {
  readonly data?: string;
  readonly [field: string]: string | undefined;
}

/** The valid wake-ups of a job, and the first fault of the others; null if there is none. */
export interface ReadJob {
  readonly wakeUps: WakeUp[];
  readonly fault: string | null;
}

/** A job has one attempt and is removed afterwards, because the state of deliveries is in PostgreSQL. */
export const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** Maximum wake-ups read from a job: ten times what this version writes. */
const MAX_WAKE_UPS = 1000;
/** Maximum characters of the data, with room for elements of later versions. */
const MAX_LENGTH = 1_000_000;
/** Largest value of the column for the attempt count. */
const MAX_ATTEMPT_COUNT = 32_767;
/** Names of partitions contain a day of eight digits, so the year must have four. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31);

/** Options that replace those in the hash. Bull then does not parse the data, and treats the job like ours. */
const UNPARSED_OPTIONS = JSON.stringify({ ...JOB_OPTIONS, preventParsingData: true });

export function toData(wakeUps: readonly WakeUp[]): JobData {
  return {
    d: wakeUps.map(({ id, subscriptionId, attemptCount, tenantId }) => [id, subscriptionId, attemptCount, tenantId]),
  };
}

/** The same job, but Bull passes its data to the handler as text. */
export function withoutParsing({ data, timestamp }: RawJob): RawJob {
  return { ...(data !== undefined && { data }), ...(timestamp !== undefined && { timestamp }), opts: UNPARSED_OPTIONS };
}

/**
 * Reads and validates the data of a job, which another version of this service, or any other client of Redis, may have
 * written. Invalid wake-ups do not affect valid ones.
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

/** @returns the fault if there is no list */
function entriesOf(text: unknown): unknown[] | string {
  if (typeof text !== 'string') return 'is not text';
  if (text.length > MAX_LENGTH) return `has more than ${MAX_LENGTH} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const entries = (value as { d?: unknown } | null)?.d;
  return Array.isArray(entries) ? (entries as unknown[]) : 'has no list of wake-ups';
}

/** @returns the fault if the entry is invalid */
function readWakeUp(entry: unknown): WakeUp | string {
  if (!Array.isArray(entry)) return 'has a wake-up that is not a list';
  const [id, subscriptionId, attemptCount, tenantId = ''] = entry as unknown[];
  if (!isUuid(id) || uuidTimeMs(id) > MAX_TIME_MS) return 'has a wake-up with an invalid delivery id';
  if (!isUuid(subscriptionId)) return 'has a wake-up with an invalid subscription id';
  if (!isAttemptCount(attemptCount)) return 'has a wake-up with an invalid attempt count';
  if (typeof tenantId !== 'string' || (tenantId !== '' && !isTenantId(tenantId))) {
    return 'has a wake-up with an invalid tenant id';
  }
  return { id, subscriptionId, attemptCount, tenantId };
}

function isAttemptCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ATTEMPT_COUNT;
}
