import { statement } from '../../shared/database/statement.js';

export const FIND_REQUEST = statement({
  name: 'find_request',
  servedBy: ['idempotency_keys_pkey'],
  parameters: { tenantId: 'text', key: 'text' },
  text: (p) => `select fingerprint, event_id, delivery_count from idempotency_keys
    where tenant_id = ${p.tenantId} and key = ${p.key} and expires_at > now()`,
});
