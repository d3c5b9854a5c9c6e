import { statement } from '../../../shared/database/statement.js';
import { cancelledIntoHistory } from './into-history.js';

/**
 * Cancels up to `limit` open deliveries whose events are about to be dropped; `firstKept` is the first id that stays.
 * The history shows them until their day is dropped, too.
 */
export const CANCEL_EXPIRED = statement({
  name: 'cancel_expired',
  servedBy: ['open_deliveries_pkey'],
  parameters: { firstKept: 'uuid', limit: 'int' },
  text: (p) => `with gone as (
      delete from open_deliveries where id = any(array(
        select id from open_deliveries where id < ${p.firstKept} order by id limit ${p.limit} for update skip locked))
      returning *),
    kept as (
      ${cancelledIntoHistory({
        from: 'gone',
        errorCode: `'cancelled'`,
        errorMessage: `'the event reached the end of its retention (RETENTION_DAYS) before it was delivered'`,
      })}
      on conflict do nothing)
    select count(*)::int as count from gone`,
});
