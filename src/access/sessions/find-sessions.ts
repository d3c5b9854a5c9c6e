import { statement } from '../../shared/database/statement.js';

export const SESSION_COLUMNS = 'id, key_id, secret_hash, address, created_at, last_used_at, expires_at';

export const FIND_SESSIONS = statement({
  name: 'find_sessions',
  servedBy: ['sessions_pkey'],
  parameters: { ids: 'uuid[]' },
  text: (p) => `select ${SESSION_COLUMNS} from sessions where id = any(${p.ids})`,
});
