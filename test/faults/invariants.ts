import { STATE } from '../../src/delivery/domain/delivery-state.js';
import type { AttemptRow, DeliveryRow, Evidence, ReceivedRequest } from './evidence.js';

/** How long a delivery may stay in flight past its lease, in seconds. */
const LEASE_PATIENCE_SECONDS = 5;
/** Of the memory of Redis, from before the load to after the drain. */
export const REDIS_GROWTH = 0.05;
const MAX_PROCESS_MB = 512;
/** How much later a receiver may get what a process sent before it was stopped, in milliseconds. */
const LATE_ARRIVAL_MS = 1000;

/**
 * How long after its end an attempt is recorded on a busy machine; its start is computed back from there.
 * Milliseconds.
 */
const RECORD_DELAY_MS = 300;

/** What holds after every fault. Each function returns descriptions of the violations in the evidence. */
export const INVARIANTS = {
  /** Each accepted event has one delivery for each matching subscription. */
  I1: ({ accepted, open, finished }) => {
    const rows = Map.groupBy(unique([...open, ...finished]), ({ eventId }) => eventId);
    return accepted.flatMap(({ eventId, subscriptionIds }) => {
      const has = (rows.get(eventId) ?? []).map(({ subscriptionId }) => subscriptionId).sort();
      if (has.join() === [...subscriptionIds].sort().join()) return [];
      return [`event ${eventId} has ${has.length} deliveries, not one for each of ${subscriptionIds.length}`];
    });
  },

  /** All deliveries are final in time, and none stays in flight past its lease. */
  I2: ({ open, longestPastLease }) => [
    ...open.map(({ id, state }) => `delivery ${id} is ${state === STATE.inFlight ? 'in flight' : 'pending'}`),
    ...(longestPastLease > LEASE_PATIENCE_SECONDS
      ? [`a delivery was in flight ${longestPastLease.toFixed(1)} s past its lease`]
      : []),
  ],

  /** A delivered delivery was answered with a 2xx. */
  I3: ({ finished, received }) => {
    const welcome = new Set(received.filter(isSuccess).map(({ deliveryId }) => deliveryId));
    return finished
      .filter(({ id, state }) => state === STATE.delivered && !welcome.has(id))
      .map(({ id }) => `delivery ${id} is delivered, and the receiver answered none of its requests by a 2xx`);
  },

  /** Each request has the row of its attempt. */
  I4: ({ attempts, received }) => {
    const rows = new Set(attempts.map(({ deliveryId, number }) => `${deliveryId}/${number}`));
    return received
      .filter((request) => !rows.has(attemptKey(request)))
      .map((request) => `attempt ${attemptKey(request)} was received and has no row`);
  },

  /** No attempt is received twice. */
  I5: ({ received }) =>
    [...Map.groupBy(received, attemptKey)]
      .filter(([, requests]) => requests.length > 1)
      .map(([key, requests]) => `attempt ${key} was received ${requests.length} times`),

  /** No two requests of one delivery are in flight at once. */
  I6: (evidence) => (evidence.hasZombies ? [] : overlaps(evidence)),

  /** A second success requires that a stop by force, or its own lateness, kept the first one from being recorded. */
  I7: (evidence) => {
    const excused = new Set([...cutShort(evidence), ...lateAnswers(evidence)]);
    return [...Map.groupBy(evidence.received.filter(isSuccess), ({ deliveryId }) => deliveryId)].flatMap(
      ([deliveryId, successes]) => {
        const own = successes.filter((request) => !excused.has(attemptKey(request)));
        if (own.length <= 1) return [];
        const numbers = own.map(({ attempt }) => attempt).join(' and ');
        return [`delivery ${deliveryId} succeeded by attempts ${numbers}, in time and cut short by no stop`];
      },
    );
  },

  /** The receiver gets the bytes that were posted, signed. */
  I8: ({ accepted, posted, received }) => {
    const wanted = new Map(accepted.map(({ eventId, sha256 }) => [eventId, sha256]));
    return received.flatMap((request) => {
      // A publisher may have missed the answer to a committed event, which is then one of those it posted.
      const expected = wanted.get(request.eventId);
      const isIntact = expected === undefined ? posted.has(request.sha256) : expected === request.sha256;
      return [
        ...(isIntact ? [] : [`attempt ${attemptKey(request)} brought other bytes than were posted`]),
        ...(request.isSigned ? [] : [`the signature of attempt ${attemptKey(request)} does not verify`]),
      ];
    });
  },

  /** The queue returns the memory it took. */
  I9: ({ redis }) => {
    if (redis === null) return [];
    const { before, after } = redis;
    const growth = after.usedBytes / before.usedBytes - 1;
    return [
      ...after.jobs.map((job) => `left in Redis: ${job}`),
      ...(growth > REDIS_GROWTH
        ? [`the memory of Redis grew from ${before.usedBytes} to ${after.usedBytes} bytes`]
        : []),
    ];
  },

  /** No log holds a secret. */
  I10: ({ logs, secrets }) =>
    logs.flatMap(({ name, text }) =>
      secrets.some((secret) => text.includes(secret)) ? [`the log of ${name} holds a secret`] : [],
    ),

  /** Memory stays bounded. */
  I11: ({ peaksMb }) =>
    peaksMb.filter(({ mb }) => mb >= MAX_PROCESS_MB).map(({ process, mb }) => `${process} took ${Math.round(mb)} MB`),
} satisfies Record<string, (evidence: Evidence) => string[]>;

export type InvariantName = keyof typeof INVARIANTS;

export interface BrokenInvariant {
  readonly name: InvariantName;
  /** The first of the violations. */
  readonly violations: readonly string[];
  readonly count: number;
}

const SHOWN = 5;

export function brokenInvariants(evidence: Evidence): BrokenInvariant[] {
  return (Object.keys(INVARIANTS) as InvariantName[]).flatMap((name) => {
    const violations = INVARIANTS[name](evidence);
    return violations.length === 0 ? [] : [{ name, violations: violations.slice(0, SHOWN), count: violations.length }];
  });
}

/** Requests that were answered with a 2xx although another request of their delivery had been. */
export function extraSuccesses({ received }: Pick<Evidence, 'received'>): number {
  const successes = received.filter(isSuccess);
  return successes.length - new Set(successes.map(({ deliveryId }) => deliveryId)).size;
}

/**
 * Attempts that were in flight when processes were stopped by force, and that were not recorded within their lease, so
 * that their results decided nothing. Those of a process that continued are not among them, because each has a row with
 * its result. @returns their keys
 */
function cutShort({
  attempts,
  received,
  stops,
  leaseSeconds,
}: Pick<Evidence, 'attempts' | 'received' | 'stops' | 'leaseSeconds'>): Set<string> {
  const rows = new Map(attempts.map((row) => [`${row.deliveryId}/${row.number}`, row]));
  const wasInFlight = (startedAt: number, row: AttemptRow): boolean =>
    stops.some(({ beganAt, endedAt, isDeath }) => {
      const isUndecided = isDeath ? row.errorCode === 'abandoned' : row.errorCode === 'abandoned' || row.isLate;
      const sinceMs = beganAt - leaseSeconds * 1000;
      return isUndecided && startedAt >= sinceMs && startedAt <= endedAt + LATE_ARRIVAL_MS;
    });
  const cut = received.filter((request) => {
    const row = rows.get(attemptKey(request));
    return row !== undefined && wasInFlight(request.startedAt, row);
  });
  return new Set(cut.map(attemptKey));
}

/**
 * Attempts that a receiver answered with a 2xx after the worker's timeout, so that the worker recorded a timeout. On a
 * busy machine the receiver of the rig may be so late. @returns their keys
 */
export function lateAnswers({
  attempts,
  received,
  timeoutSeconds,
}: Pick<Evidence, 'attempts' | 'received' | 'timeoutSeconds'>): Set<string> {
  const timeouts = attempts.filter(({ errorCode }) => errorCode === 'timeout');
  const overAt = new Map(
    timeouts.map((row) => [`${row.deliveryId}/${row.number}`, row.startedAt + timeoutSeconds * 1000 - RECORD_DELAY_MS]),
  );
  const late = received.filter((request) => {
    return isSuccess(request) && (request.endedAt ?? Infinity) >= (overAt.get(attemptKey(request)) ?? Infinity);
  });
  return new Set(late.map(attemptKey));
}

/** Requests that began while an earlier request of their delivery was in flight. */
export function overlaps({ received }: Pick<Evidence, 'received'>): string[] {
  return [...Map.groupBy(received, ({ deliveryId }) => deliveryId).values()].flatMap((requests) => {
    const inOrder = requests.toSorted((a, b) => a.startedAt - b.startedAt);
    let lastEnd = -Infinity;
    return inOrder.flatMap((request) => {
      const isOverlapping = request.startedAt < lastEnd;
      lastEnd = Math.max(lastEnd, request.endedAt ?? Infinity);
      return isOverlapping ? [`attempt ${attemptKey(request)} began while an earlier one was under way`] : [];
    });
  });
}

/** Accepted deliveries that are missing or not final. */
export function lostDeliveries({ accepted, finished }: Evidence): number {
  const final = new Set(finished.map(({ eventId, subscriptionId }) => `${eventId}/${subscriptionId}`));
  return accepted.reduce(
    (sum, { eventId, subscriptionIds }) => sum + subscriptionIds.filter((id) => !final.has(`${eventId}/${id}`)).length,
    0,
  );
}

function isSuccess({ statusCode }: ReceivedRequest): boolean {
  return statusCode !== null && statusCode >= 200 && statusCode < 300;
}

function attemptKey({ deliveryId, attempt }: ReceivedRequest): string {
  return `${deliveryId}/${attempt}`;
}

/** A delivery that finished between the reads of the two tables is in both. */
function unique(rows: readonly DeliveryRow[]): DeliveryRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
