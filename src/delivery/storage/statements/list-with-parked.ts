import { statement } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { subscriptionState } from './fragments.js';

/**
 * Lists subscriptions with parked deliveries, ordered by id, from the first one after `after`. A skip scan takes one
 * step per subscription, however many deliveries it has.
 */
export const LIST_WITH_PARKED = statement({
  name: 'list_with_parked',
  servedBy: ['open_deliveries_parked', 'subscriptions_pkey'],
  parameters: { after: 'uuid', limit: 'int' },
  text: (p) => `with recursive lane as (
      (select subscription_id from open_deliveries
       where parked_at is not null and subscription_id > coalesce(${p.after}, '00000000-0000-0000-0000-000000000000')
       order by subscription_id limit 1)
      union all
      select (select o.subscription_id from open_deliveries o
              where o.parked_at is not null and o.subscription_id > lane.subscription_id
              order by o.subscription_id limit 1)
      from lane where lane.subscription_id is not null)
    select subscription_id, (select s.tenant_id from subscriptions s where s.id = lane.subscription_id) as tenant_id,
      case ${subscriptionState('lane.subscription_id')}
        when ${SUBSCRIPTION_STATE.active} then 'active' when ${SUBSCRIPTION_STATE.deleted} then 'deleted' end as state
    from lane where subscription_id is not null limit ${p.limit}`,
});
