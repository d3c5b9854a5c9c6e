import { statement } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import {
  claimAssignments,
  WAKE_UP_PARAMETERS,
  LEASE_PARAMETERS,
  subscriptionState,
  SUBSCRIPTION_VERSION,
  isWakeable,
} from './fragments.js';
import { perPartition } from './per-partition.js';

/**
 * Claims deliveries. Returns them, and then each of their events once, so that the payload of an event with many
 * deliveries travels once per batch.
 */
export const claim = perPartition((partition) =>
  statement({
    name: `claim_${partition}`,
    servedBy: ['open_deliveries_pkey', 'subscriptions_pkey', 'events_pkey'],
    isOfOneDay: true,
    parameters: { ...WAKE_UP_PARAMETERS, ...LEASE_PARAMETERS },
    text: (p) => `with claimed as (
      update open_deliveries o
      set ${claimAssignments(p)}
      where ${isWakeable(p)}
        and ${subscriptionState('o.subscription_id')} = ${SUBSCRIPTION_STATE.active}
      returning o.id, o.event_id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count, o.webhook_id)
    select c.id, c.subscription_id, c.tenant_id, c.attempt_count, c.abandoned_count, c.webhook_id,
      ${SUBSCRIPTION_VERSION}, null::text as event_type, null::text as content_type, null::bytea as payload,
      null::text[] as tags
    from claimed c
    union all
    select e.id, null, null, null, null, null, null, e.event_type, e.content_type, e.payload, e.tags
    from ${partition} e where e.id = any(array(select event_id from claimed))`,
  }),
);
