import { statement } from '../../../shared/database/statement.js';
import { claimed, LEASE, pickedParked, SUBSCRIPTION_VERSION } from './fragments.js';

/** Claims parked deliveries, as many of each subscription as it has free slots. Only its first index gives the order. */
export const PULL = statement({
  name: 'pull',
  servedBy: ['open_deliveries_parked', 'open_deliveries_pkey', 'subscriptions_pkey'],
  parameters: { subscriptionIds: 'uuid[]', freeSlots: 'int[]', ...LEASE, visibilitySeconds: 'float8' },
  text: (p) => `with picked as (
      ${pickedParked(`unnest(${p.subscriptionIds}, ${p.freeSlots}) lane(subscription_id, free)`, 'active', 'lane.free')}),
    claimed as (
      update open_deliveries o
      set ${claimed(p)},
        parked_at = null, next_attempt_at = now() + ${p.visibilitySeconds} * interval '1 second'
      where o.id = any(array(select id from picked))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count)
    select c.*, ${SUBSCRIPTION_VERSION} from claimed c`,
});
