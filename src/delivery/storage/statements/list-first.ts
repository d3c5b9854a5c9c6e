import { statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';

/** Lists deliveries that were never attempted or parked and are no manual retries, after `after` and up to `last`. */
export const LIST_FIRST = statement({
  name: 'list_first',
  servedBy: ['open_deliveries_pkey'],
  parameters: { after: 'uuid', last: 'uuid', limit: 'int' },
  text: (p) => `select id, subscription_id from open_deliveries
    where id > ${p.after} and id <= ${p.last}
      and state = ${STATE.pending} and attempt_count = 0 and parked_at is null and retry_of is null
    order by id limit ${p.limit}`,
});
