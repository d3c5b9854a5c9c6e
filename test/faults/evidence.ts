import type { Pool } from 'pg';
import type { Received } from './receiver.js';
import { STATE } from '../../src/delivery/domain/delivery-state.js';

/** An event whose publisher got a 2xx, and its destinations. */
export interface AcceptedEvent {
  readonly eventId: string;
  readonly sha256: string;
  readonly subscriptionIds: readonly string[];
}

export interface DeliveryRow {
  readonly id: string;
  readonly eventId: string;
  readonly subscriptionId: string;
  readonly state: number;
  readonly attemptCount: number;
}

export interface AttemptRow {
  readonly deliveryId: string;
  readonly number: number;
  readonly errorCode: string | null;
  readonly isLate: boolean;
  /** Unix milliseconds, late rather than early. An abandoned attempt is never recorded: the end of its lease. */
  readonly startedAt: number;
}

/** When processes were stopped by force, from the first to the last moment of its effect. Unix milliseconds. */
export interface Stop {
  readonly beganAt: number;
  readonly endedAt: number;
  /** Whether the stopped process is gone for good: then it records nothing it had in flight, not even late. */
  readonly isDeath: boolean;
}

/** A request as the receiver saw it. Times are fractional Unix milliseconds. */
export interface ReceivedRequest {
  readonly eventId: string;
  readonly deliveryId: string;
  readonly attempt: number;
  /** The status of the answer; null when there was none. */
  readonly statusCode: number | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly sha256: string;
  readonly isSigned: boolean;
}

export interface RedisUse {
  /** Each job in a list, and each job with data. */
  readonly jobs: readonly string[];
  readonly usedBytes: number;
}

/** Everything the invariants are judged by. Ids are UUIDs. */
export interface Evidence {
  readonly accepted: readonly AcceptedEvent[];
  /** SHA-256 of everything that was posted, whether accepted or not. */
  readonly posted: ReadonlySet<string>;
  /** The deliveries that are not final when their time is up. */
  readonly open: readonly DeliveryRow[];
  readonly finished: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
  readonly received: readonly ReceivedRequest[];
  /** Longest time, in seconds, that a delivery was seen in flight past its lease while workers ran. */
  readonly longestPastLease: number;
  readonly stops: readonly Stop[];
  /** How long a worker owns what it has claimed. */
  readonly leaseSeconds: number;
  /** How long a worker waits for an answer. */
  readonly timeoutSeconds: number;
  /** A worker was held past its lease and continued: I6 is reported, and not judged. */
  readonly hasZombies: boolean;
  /** Null when Redis is not judged. */
  readonly redis: { readonly before: RedisUse; readonly after: RedisUse } | null;
  readonly secrets: readonly string[];
  readonly logs: readonly { readonly name: string; readonly text: string }[];
  readonly peaksMb: readonly { readonly process: string; readonly mb: number }[];
}

const DELIVERY_COLUMNS =
  'id, event_id as "eventId", subscription_id as "subscriptionId", state, attempt_count as "attemptCount"';

export async function readOpen(database: Pick<Pool, 'query'>): Promise<DeliveryRow[]> {
  return (await database.query<DeliveryRow>(`select ${DELIVERY_COLUMNS} from open_deliveries`)).rows;
}

/** What a run has left, in PostgreSQL and at the receiver. */
interface Traces {
  readonly open: readonly DeliveryRow[];
  readonly finished: readonly DeliveryRow[];
  readonly received: readonly Received[];
  readonly attempts: readonly AttemptRow[];
}

/**
 * Reads everything once. If the time is up before everything is final, deliveries go on meanwhile. So each source is
 * read before those that must tell more: one that moves from open to finished is seen twice and not missed, and what is
 * read of the receiver holds the requests of all that are seen finished.
 */
export async function readTraces(
  database: Pick<Pool, 'query'>,
  receiver: { report(): Promise<Received[]> },
): Promise<Traces> {
  const open = await readOpen(database);
  const finished = await readFinished(database);
  const received = await receiver.report();
  return { open, finished, received, attempts: await readAttempts(database) };
}

async function readFinished(database: Pick<Pool, 'query'>): Promise<DeliveryRow[]> {
  return (await database.query<DeliveryRow>(`select ${DELIVERY_COLUMNS} from deliveries`)).rows;
}

async function readAttempts(database: Pick<Pool, 'query'>): Promise<AttemptRow[]> {
  const { rows } = await database.query<AttemptRow>(
    `select delivery_id as "deliveryId", number, error_code as "errorCode", is_late as "isLate",
       (extract(epoch from started_at) * 1000)::float8 as "startedAt"
     from attempts`,
  );
  return rows;
}

export async function countOpen(database: Pool): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select count(*)::int as count from open_deliveries');
  return rows[0]!.count;
}

/** How many seconds past its lease the longest overdue delivery in flight is; 0 when there is none. */
export async function secondsPastLease(database: Pool): Promise<number> {
  const { rows } = await database.query<{ seconds: number }>(
    `select coalesce(extract(epoch from max(now() - lease_until)), 0)::float8 as seconds
     from open_deliveries where state = $1 and lease_until < now()`,
    [STATE.inFlight],
  );
  return rows[0]!.seconds;
}
