import type { Uuid } from '../shared/ids/uuid.js';
import { SUBSCRIPTION_STATE } from './domain/subscription-state.js';

/** Who wants an event type. */
export interface Audience {
  /** How many, counted up to one more than an event may reach. */
  readonly count: number;
  /** Theirs, in order; null of a wide audience, whose ids stay in PostgreSQL. */
  readonly ids: readonly Uuid[] | null;
}

/** More make an audience wide. */
export const WIDE_FROM = 1000;

/**
 * The condition on a row of `subscriptions` under which its subscription wants an event: $1 the tenant, $2 the patterns
 * that want the type. Served by subscriptions_event_types.
 */
export const WANTS_EVENT = `tenant_id = $1 and event_types && $2::text[] and deleted_at is null
  and state in (${SUBSCRIPTION_STATE.active}, ${SUBSCRIPTION_STATE.paused})`;
