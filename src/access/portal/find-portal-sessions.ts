import { statement } from '../../shared/database/statement.js';

export const PORTAL_COLUMNS =
  'id, tenant_id, capabilities, subscription_ids, actor, return_url, refresh_url, theme, code_hash, code_expires_at, ' +
  'token_hash, exchanged_at, created_at, created_by, expires_at';

/** A session ends with the key that made it, when that is revoked. Rotating the key does not end it. */
export const KEY_IS_VALID = `(portal_sessions.created_by is null or
  (select k.revoked_at is null from api_keys k where k.id = portal_sessions.created_by))`;

export const FIND_PORTAL_SESSIONS = statement({
  name: 'find_portal_sessions',
  servedBy: ['portal_sessions_pkey', 'api_keys_pkey'],
  parameters: { ids: 'uuid[]' },
  text: (p) => `select ${PORTAL_COLUMNS} from portal_sessions where id = any(${p.ids}) and ${KEY_IS_VALID}`,
});
