import { statement } from '../../shared/database/statement.js';

export const FORGET_EXPIRED_KEYS = statement({
  name: 'forget_expired_keys',
  servedBy: ['idempotency_keys_expires'],
  parameters: { limit: 'int' },
  text: (p) => `with gone as (
      delete from idempotency_keys where expires_at < now() and ctid = any(array(
        select ctid from idempotency_keys where expires_at < now() order by expires_at limit ${p.limit}
        for update skip locked))
      returning 1)
    select count(*)::int as count from gone`,
});
