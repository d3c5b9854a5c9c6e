import { statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';
import { elementFor } from './fragments.js';

/**
 * Claims deliveries again whose results are here, but whose claims a crash of PostgreSQL lost, because claims do not
 * wait until they are on disk. Such a delivery is pending as before its claim. If no result is recorded after all, the
 * next due scan finds it. Returns the deliveries.
 */
export const RESTORE_CLAIMS = statement({
  name: 'restore_claims',
  servedBy: ['open_deliveries_pkey'],
  parameters: { ids: 'uuid[]', attempts: 'smallint[]' },
  text: (p) => `update open_deliveries o
    set state = ${STATE.inFlight}, attempt_count = o.attempt_count + 1, lease_until = now(), next_attempt_at = now(),
      parked_at = null
    where o.id = any(${p.ids}) and o.state = ${STATE.pending}
      and o.attempt_count + 1 = ${elementFor('o.id', p.attempts, p.ids)}
    returning o.id`,
});
