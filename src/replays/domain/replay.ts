import type { ReplayFields } from '../../delivery/index.js';
import type { Uuid } from '../../shared/ids/uuid.js';

/** `failed`, and other outcomes by `status`; deliveries `selected` by their ids; events that have no delivery. */
export const REPLAY_KINDS = ['failed', 'status', 'selected', 'missing'] as const;
export type ReplayKind = (typeof REPLAY_KINDS)[number];

/** The last three are final. */
export const REPLAY_STATES = ['running', 'paused', 'finished', 'cancelled', 'failed'] as const;
export type ReplayState = (typeof REPLAY_STATES)[number];

/**
 * Why a running replay sends nothing: its subscription is paused or disabled, deliveries that were there before wait
 * for their receiver, or what it opened itself has not been attempted.
 */
export type Hold = 'paused' | 'disabled' | 'backlog' | 'behind';

/** What a replay sends again, and how fast. None of it but the rate ever changes. */
export interface ReplayOrder {
  readonly kind: ReplayKind;
  /** As the client gave them. */
  readonly filters: ReplayFields;
  /** The only subscription; null if there may be several. */
  readonly subscriptionId: Uuid | null;
  /** In order, for `selected`; otherwise null. */
  readonly deliveryIds: readonly Uuid[] | null;
  /** What the subscription wanted when the replay was made, for `missing`; otherwise null. */
  readonly wantedTypes: readonly string[] | null;
  /** Deliveries per second. */
  readonly rate: number;
  /** By the clock of PostgreSQL. What finished, or was accepted, from then on is not sent. */
  readonly createdAt: Date;
}

interface ReplayCounts {
  readonly matched: number;
  readonly sent: number;
  /** Found, but not sent, because their subscription is deleted or disabled, or retention has dropped them. */
  readonly skipped: number;
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** A replay as far as it is. */
export interface Replay extends ReplayOrder, ReplayCounts {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly state: ReplayState;
  /** The first id that has not been looked at; null before the first step. */
  readonly position: Uuid | null;
  /** The last delivery whose outcome was looked for; null to begin with the first one. */
  readonly settledUntil: Uuid | null;
  /** Null if nobody needed a key. */
  readonly keyId: Uuid | null;
  /** Before that time, nothing is sent. */
  readonly sendAt: Date;
  /** Length of the last pause of a replay that sends nothing. */
  readonly pauseMs: number;
  readonly heldBy: Hold | null;
  readonly heldSince: Date | null;
  readonly lastError: string | null;
  readonly allSentAt: Date | null;
  readonly finishedAt: Date | null;
  /** Whether it has ended, and the outcome of each delivery is known. */
  readonly isSettled: boolean;
}

export function hasEnded({ state }: Pick<Replay, 'state'>): boolean {
  return state !== 'running' && state !== 'paused';
}
