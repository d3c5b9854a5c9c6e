import { statement } from '../../../shared/database/statement.js';
import { claimAssignments, LEASE_PARAMETERS, pickParked, SUBSCRIPTION_VERSION } from './fragments.js';

/** Claims parked deliveries, up to the free slots of each subscription. Only the first index provides the order. */
export const PULL = statement({
  name: 'pull',
  servedBy: ['open_deliveries_parked', 'open_deliveries_pkey', 'subscriptions_pkey'],
  parameters: { subscriptionIds: 'uuid[]', freeSlots: 'int[]', ...LEASE_PARAMETERS, visibilitySeconds: 'float8' },
  text: (p) => `with picked as (
      ${pickParked(`unnest(${p.subscriptionIds}, ${p.freeSlots}) lane(subscription_id, free)`, 'active', 'lane.free')}),
    claimed as (
      update open_deliveries o
      set ${claimAssignments(p)},
        parked_at = null, next_attempt_at = now() + ${p.visibilitySeconds} * interval '1 second'
      where o.id = any(array(select id from picked))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count, o.webhook_id)
    select c.*, ${SUBSCRIPTION_VERSION} from claimed c`,
});
