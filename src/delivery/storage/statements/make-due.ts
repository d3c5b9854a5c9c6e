import { statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';

/** Makes deliveries due at once that were never attempted and are not parked. */
export const MAKE_DUE = statement({
  name: 'make_due',
  servedBy: ['open_deliveries_pkey'],
  parameters: { ids: 'uuid[]' },
  text: (p) => `update open_deliveries set next_attempt_at = now()
    where id = any(${p.ids}) and state = ${STATE.pending} and attempt_count = 0 and parked_at is null`,
});
