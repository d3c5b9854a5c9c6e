import { brokenBy, TIMEOUT_MS } from './short-faults.js';

/** Real: PostgreSQL, Redis, an API, two workers, a receiver and a publisher, each its own process for each fault. */

describe('when servers that the service depends on fail', () => {
  it.each([
    [5, 'Redis is flushed'],
    [11, 'PostgreSQL crashes'],
  ] as [number, string][])(
    'no invariant is broken by fault %i: %s',
    async (number) => {
      expect(await brokenBy(number)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
