import { randomBytes } from 'node:crypto';

/** URL of the real Redis that all test files share. */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined) throw new Error('TEST_REDIS_URL is not set: run the tests by npm test.');
  return url;
}

/** A key prefix for one test file, so that files do not see each other's keys. */
export function uniquePrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
