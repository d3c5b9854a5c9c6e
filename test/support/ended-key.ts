import { createKey, type CreatedKeyAnswer } from './access.js';
import type { ApiClient } from './api-client.js';
import { eventually } from './eventually.js';
import type { TestDatabase } from './test-database.js';

/**
 * Makes a reader's key of the default tenant, ends it and waits until it is refused.
 * A key that is made to end in a moment might be refused as one that has ended already.
 */
export async function endedKey(admin: ApiClient, database: TestDatabase): Promise<CreatedKeyAnswer> {
  const name = `to-end-${Math.random()}`;
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const made = await createKey(admin, { role: 'reader', tenant_id: 'default', name, expires_at: inAnHour });
  await database.query('update api_keys set expires_at = now() where name = $1', [name]);
  await eventually(() => admin.as(made.key).request('GET', '/subscriptions'), {
    until: ({ status }) => status === 401,
  });
  return made;
}
