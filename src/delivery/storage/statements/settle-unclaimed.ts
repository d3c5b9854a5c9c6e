import { statement } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { STATE } from '../../domain/delivery-state.js';
import { WAKE_UP_PARAMETERS, PARK_ASSIGNMENTS, subscriptionState, isWakeable } from './fragments.js';
import { cancelledIntoHistory, SUBSCRIPTION_GONE } from './into-history.js';

/**
 * Parks deliveries of paused or disabled subscriptions, and cancels those of deleted ones. Returns the cancelled ones.
 */
export const SETTLE_UNCLAIMED = statement({
  name: 'settle_unclaimed',
  servedBy: ['open_deliveries_pkey', 'subscriptions_pkey'],
  parameters: WAKE_UP_PARAMETERS,
  text: (p) => `with held as (
      update open_deliveries o set ${PARK_ASSIGNMENTS}
      where ${isWakeable(p)}
        and ${subscriptionState('o.subscription_id')} in (${SUBSCRIPTION_STATE.paused}, ${SUBSCRIPTION_STATE.disabled})),
    gone as (
      delete from open_deliveries o
      where o.id = any(${p.ids}) and o.state = ${STATE.pending}
        and ${subscriptionState('o.subscription_id')} = ${SUBSCRIPTION_STATE.deleted}
      returning o.*)
    ${cancelledIntoHistory({ from: 'gone', ...SUBSCRIPTION_GONE })}
    returning id, subscription_id, tenant_id`,
});
