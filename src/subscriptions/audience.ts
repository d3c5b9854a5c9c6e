import type { Uuid } from '../shared/ids/uuid.js';
import { SUBSCRIPTION_STATE } from './domain/subscription-state.js';

/** The subscriptions that want an event type. */
export interface Audience {
  /** Number of subscriptions; counting stops at one more than an event may reach. */
  readonly count: number;
  /** Ids in order; null for a wide audience, whose ids stay in PostgreSQL. */
  readonly ids: readonly Uuid[] | null;
}

/** An audience with more subscriptions than this is wide. */
export const WIDE_FROM = 1000;

/**
 * SQL condition for subscriptions that want an event. $1: tenant, $2: patterns that match the event type. Served by
 * subscriptions_event_types.
 */
export const WANTS_EVENT = `tenant_id = $1 and event_types && $2::text[] and deleted_at is null
  and state in (${SUBSCRIPTION_STATE.active}, ${SUBSCRIPTION_STATE.paused})`;
