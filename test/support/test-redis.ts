import { randomBytes } from 'node:crypto';

/** The real Redis that all test files share. */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined) throw new Error('TEST_REDIS_URL is not set: run the tests by npm test.');
  return url;
}

/** For the keys of one test file, so that the others do not see them. */
export function uniquePrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
