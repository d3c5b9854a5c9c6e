import { statement } from '../../shared/database/statement.js';

export const TENANT_COLUMNS =
  'id, name, events_per_second, burst, max_subscriptions, frame_ancestors, created_at, updated_at';

export const FIND_TENANTS = statement({
  name: 'find_tenants',
  servedBy: ['tenants_pkey'],
  parameters: { ids: 'text[]' },
  text: (p) => `select ${TENANT_COLUMNS} from tenants where id = any(${p.ids}) and deleted_at is null`,
});
