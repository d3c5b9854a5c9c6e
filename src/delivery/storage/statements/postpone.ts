import { statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';
import { elementFor } from './fragments.js';

/**
 * Undoes claims under which nothing was sent, including the attempt number, so that the next claim gets the same
 * number. Never repeat this statement: it could undo that next claim. Returns the deliveries that were put back; the
 * claims of the others were no longer valid.
 */
export const POSTPONE = statement({
  name: 'postpone',
  servedBy: ['open_deliveries_pkey'],
  parameters: { ids: 'uuid[]', attempts: 'smallint[]', delaysMs: 'float8[]' },
  text: (p) => `update open_deliveries o
    set state = ${STATE.pending}, attempt_count = o.attempt_count - 1,
      next_attempt_at = now() + ${elementFor('o.id', p.delaysMs, p.ids)} * interval '1 millisecond'
    where o.id = any(${p.ids}) and o.state = ${STATE.inFlight}
      and o.attempt_count = ${elementFor('o.id', p.attempts, p.ids)}
    returning o.id`,
});
