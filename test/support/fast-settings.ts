import { createHash } from 'node:crypto';
import type { TestDatabase } from './test-database.js';
import { testRedisUrl, uniquePrefix } from './test-redis.js';

/** The same for all tests. Not guessable, because the service would log a warning. */
const ENCRYPTION_KEY = createHash('sha256').update('service under test').digest('hex');

/** Short timeouts, and receivers on this machine. */
export const IMPATIENT = {
  API_ACCESS: 'open',
  DATABASE_POOL_SIZE: '5',
  ALLOWED_TARGET_CIDRS: '127.0.0.0/8',
  INITIAL_RETRY_INTERVAL: '0.05',
  MAX_RETRY_INTERVAL: '2',
  WEBHOOK_TIMEOUT: '1',
  DUE_SCAN_INTERVAL: '0.5',
  VISIBILITY_TIMEOUT: '2',
  LEASE_GRACE: '1',
  SHUTDOWN_DRAIN: '0',
  SHUTDOWN_TIMEOUT: '10',
} as const;

/** For specs that count attempts: a pause of a receiver or a worker must not cause another attempt. */
export const PATIENT = { WEBHOOK_TIMEOUT: '10', LEASE_GRACE: '10' } as const;

/** Settings of a service under test: real PostgreSQL and Redis, receivers on this machine, and short timeouts. */
export function fastSettings(
  database: TestDatabase,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...IMPATIENT,
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: uniquePrefix(),
    ENCRYPTION_KEY,
    ...given,
  };
}
