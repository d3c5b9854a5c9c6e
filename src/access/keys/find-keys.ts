import { statement } from '../../shared/database/statement.js';

export const KEY_COLUMNS =
  'id, tenant_id, role, name, secret_hash, created_at, created_by, rotated_from, expires_at, last_used_at';

export const FIND_KEYS = statement({
  name: 'find_keys',
  servedBy: ['api_keys_pkey'],
  parameters: { ids: 'uuid[]' },
  text: (p) => `select ${KEY_COLUMNS} from api_keys where id = any(${p.ids}) and revoked_at is null`,
});
