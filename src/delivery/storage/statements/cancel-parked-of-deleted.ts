import { statement } from '../../../shared/database/statement.js';
import { pickParked } from './fragments.js';
import { cancelledIntoHistory, SUBSCRIPTION_GONE } from './into-history.js';

/**
 * Cancels up to `limit` parked deliveries of each given subscription that is deleted. Returns the cancelled deliveries.
 */
export const CANCEL_PARKED_OF_DELETED = statement({
  name: 'cancel_parked_of_deleted',
  servedBy: ['open_deliveries_parked', 'open_deliveries_pkey', 'subscriptions_pkey'],
  parameters: { subscriptionIds: 'uuid[]', limit: 'int' },
  text: (p) => `with picked as (
      ${pickParked(`unnest(${p.subscriptionIds}) lane(subscription_id)`, 'deleted', p.limit)}),
    gone as (delete from open_deliveries o where o.id = any(array(select id from picked)) returning o.*)
    ${cancelledIntoHistory({ from: 'gone', ...SUBSCRIPTION_GONE })}
    returning id, subscription_id, tenant_id`,
});
