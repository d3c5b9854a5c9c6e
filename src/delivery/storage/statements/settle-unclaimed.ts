import { statement } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { STATE } from '../../domain/delivery-state.js';
import { KNOWN, PARKED, subscriptionState, waitsAsKnown } from './fragments.js';
import { cancelledIntoHistory, SUBSCRIPTION_GONE } from './into-history.js';

/** Parks what is paused or disabled, and cancels what is deleted. Returns what was cancelled. */
export const SETTLE_UNCLAIMED = statement({
  name: 'settle_unclaimed',
  servedBy: ['open_deliveries_pkey', 'subscriptions_pkey'],
  parameters: KNOWN,
  text: (p) => `with held as (
      update open_deliveries o set ${PARKED}
      where ${waitsAsKnown(p)}
        and ${subscriptionState('o.subscription_id')} in (${SUBSCRIPTION_STATE.paused}, ${SUBSCRIPTION_STATE.disabled})),
    gone as (
      delete from open_deliveries o
      where o.id = any(${p.ids}) and o.state = ${STATE.pending}
        and ${subscriptionState('o.subscription_id')} = ${SUBSCRIPTION_STATE.deleted}
      returning o.*)
    ${cancelledIntoHistory({ from: 'gone', ...SUBSCRIPTION_GONE })}
    returning id`,
});
